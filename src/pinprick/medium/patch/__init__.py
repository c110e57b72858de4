"""A patch of skin in three dimensions: its block of cells, diffusion in it, solvers and stepper."""

from pinprick.medium.patch.block import Patch

__all__ = ["Patch"]
