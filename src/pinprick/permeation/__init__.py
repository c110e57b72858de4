"""Permeation: numbing creams through intact skin, serums and masks through open channels."""

from pinprick.permeation.product import Product
from pinprick.permeation.products import product, products
from pinprick.permeation.solutes import Solute, solute, solutes

__all__ = ["Product", "Solute", "product", "products", "solute", "solutes"]
