"""The kernel: a reaction table compiled for ensembles, with the face of the stepper.

The table's speeds are recorded once, differentiated along the cascade and compiled for this
machine (a second or two; kept between runs). Members run in blocks of 64 bytes, blocks are spread
over the cores; a member's result does not depend on how many others there are.

The stepper (:mod:`pinprick.medium.stepper`) does the same in JAX: it has gradients, coefficients
that change and all boundaries, and is the kernel's check.
"""

from __future__ import annotations

import ctypes
import hashlib
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pinprick.medium.assembly import BYTES
from pinprick.medium.cache import cache_folder
from pinprick.medium.checks import finite
from pinprick.medium.program import MESH, Program
from pinprick.medium.reactions import ReactionTable
from pinprick.medium.recording import Recorded
from pinprick.medium.threads import cores, shared_with

State = np.ndarray[Any, np.dtype[Any]]
_UNKNOWN = {"rings", "stirred", "held", "top", "bottom"}  # of the stepper, not of the kernel
_TURNS = 4  # calls into compiled code that each thread makes: evens out the load, lets a stop in
_DIGEST = hashlib.sha256().digest_size


@dataclass(frozen=True)
class Compiled:
    """Machine code in memory, and what it expects."""

    program: Program
    call: Any
    owner: Any  # keeps the code alive


@dataclass(frozen=True)
class Kernel:
    """Steps a reaction table in a column for many members at once; compiled once for each dtype.

    >>> from pinprick.medium.reactions import Reaction, Species
    >>> table = ReactionTable(
    ...     (Species("a", "1", 1.0, "a"),),
    ...     (Reaction("1", "a is lost", ("a",), {"a": 1}),),
    ...     lambda s, k: {"1": k.loss * s.a},
    ... )
    >>> here = {"width": np.ones((1, 1, 1)), "loss": 1.0}
    >>> end = Kernel(table).walk(np.ones((1, 1, 1, 1)), here, np.full(100, 0.01))
    >>> round(end.item(), 6)
    0.367879
    """

    table: ReactionTable
    compiled: dict[Any, Compiled] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if any(s.storage for s in self.table.species):
            raise ValueError("the kernel knows no storage: use the stepper")

    def walk(self, state: State, here: Mapping[str, Any], steps: np.ndarray[Any, Any]) -> State:
        """Take the given steps one after another; any number of them.

        Args:
            state: (species, cells, fractions, members), float32 or float64; fractions do not see
                each other.
            here: fields that broadcast against (cells, fractions, members), and ``width`` of the
                cells.
            steps: lengths of the steps, days.

        Raises:
            StepError: if a value is not finite afterwards.
            ValueError: if the kernel cannot step this medium, or a field is missing.
        """
        self._check(state, here)
        shape = state.shape[1:]
        code = self._code(state.dtype, here, shape)
        extra = -shape[-1] % code.program.lanes
        filled = [(0, 0)] * 3 + [(0, extra)]
        out = np.pad(np.ascontiguousarray(state), filled, mode="edge")  # a copy in any case
        try:
            members = _stack([here[k] for k in code.program.members], shape[-1:], state.dtype)
            fields = [*_mesh(here["width"]), *(here[k] for k in code.program.fields[len(MESH) :])]
        except KeyError as missing:
            raise ValueError(f"here lacks {missing}") from None
        local = _stack(fields, shape, state.dtype)
        _sensible(code.program, members, local)
        members = np.pad(members, [(0, 0), (0, extra)], mode="edge")
        local = np.pad(local, filled, mode="edge")
        _run(code, out, members, local, np.ascontiguousarray(steps, dtype=state.dtype))
        return np.asarray(finite(out[..., : shape[-1]]))

    def _check(self, state: State, here: Mapping[str, Any]) -> None:
        strange = sorted(_UNKNOWN & {k for k, v in here.items() if v is not None})
        if strange:
            raise ValueError(f"the kernel knows no {', '.join(strange)}: use the stepper")
        if np.ndim(state) != 4 or len(state) != len(self.table.species):
            raise ValueError("state: must be (species, cells, fractions, members)")
        if state.dtype not in (np.float32, np.float64):
            raise ValueError("state: must be float32 or float64")
        if not np.all(np.isfinite(state)) or np.any(state < 0):
            raise ValueError("state: must be finite and not negative")

    def _code(self, dtype: Any, here: Mapping[str, Any], shape: tuple[int, ...]) -> Compiled:
        local = frozenset(
            name
            for name, value in here.items()
            if name != "width" and any(n > 1 for n in np.shape(value)[:-1])
        )
        uneven = sorted(local & {s.diffusivity for s in self.table.species})
        if uneven:
            raise ValueError(f"{uneven[0]}: differs from cell to cell: use the stepper")
        deep = shape[0] > 1
        key = (np.dtype(dtype).name, local, deep)
        if key not in self.compiled:
            made = Program(Recorded(self.table, local, deep), np.dtype(dtype).type)
            self.compiled[key] = Compiled(made, *_load(_machine_code(made.text)))
        return self.compiled[key]


def _sensible(made: Program, members: State, local: State) -> None:
    """Refuse fields that are not numbers, and diffusion or cells below zero."""
    names, rows = [*made.members, *made.fields], [*members, *local]
    coefficients = {*MESH, *(s.diffusivity for s in made.recorded.table.species)}
    for name, row in zip(names, rows, strict=True):
        what = "width" if name in MESH else name
        if np.any(np.isnan(row)):
            raise ValueError(f"{what}: holds a value that is not a number")
        if name in coefficients and np.any(row < 0):
            raise ValueError(f"{what}: must not be negative")


def _mesh(width: Any) -> tuple[Any, Any]:
    """Conductances to the cells above and below over the cell's width, for unit diffusivity."""
    width = np.asarray(width)
    between = 2.0 / (width[1:] + width[:-1])
    none = np.zeros_like(width[:1])
    return (
        np.concatenate([none, between]) / width,
        np.concatenate([between, none]) / width,
    )


def _stack(values: list[Any], shape: tuple[int, ...], dtype: Any) -> State:
    """Values broadcast to one shape and stacked; leading axes of length 1 are dropped."""
    out = np.empty((len(values), *shape), dtype=dtype)
    for place, value in zip(out, values, strict=True):
        given = np.asarray(value)
        lead = given.ndim - len(shape)
        place[...] = given.reshape(given.shape[lead:]) if lead > 0 else given
    return out


def _run(code: Compiled, out: State, members: State, fields: State, steps: State) -> None:
    """Walk all blocks, on all cores that this process may use."""
    _, cells, fractions, wide = out.shape
    blocks = fractions * wide // code.program.lanes
    share = -(-blocks // (_TURNS * min(blocks, cores())))
    given = [a.ctypes.data for a in (out, members, fields)]
    walk = [steps.ctypes.data, len(steps), cells, fractions, wide]

    def begin() -> Callable[..., None]:
        memory = np.zeros(code.program.work(cells) + BYTES // out.itemsize, dtype=out.dtype)

        def call(first: int) -> None:
            aligned = memory.ctypes.data + -memory.ctypes.data % BYTES
            code.call(*given, aligned, *walk, first, min(share, blocks - first))

        return call

    shared_with(begin, [(first,) for first in range(0, blocks, share)])


def _machine_code(text: str) -> bytes:
    """Object code of a program for this machine, from the cache if it is there."""
    import llvmlite  # type: ignore[import-untyped]
    import llvmlite.binding as llvm  # type: ignore[import-untyped]

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    cpu, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    identity = "\0".join([text, cpu, features, llvmlite.__version__, llvm.get_default_triple()])
    path = cache_folder() / f"kernel-{hashlib.sha256(identity.encode()).hexdigest()}"
    with suppress(OSError):
        kept = path.read_bytes()
        if hashlib.sha256(kept[_DIGEST:]).digest() == kept[:_DIGEST]:
            return kept[_DIGEST:]
    target = llvm.Target.from_default_triple()
    machine = target.create_target_machine(cpu=cpu, features=features, opt=3, jit=True)
    module = llvm.parse_assembly(text)
    module.verify()
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=2))
    builder.getModulePassManager().run(module, builder)
    code: bytes = machine.emit_object(module)
    _keep(path, hashlib.sha256(code).digest() + code)
    return code


def _keep(path: Path, content: bytes) -> None:
    """Write a file at once, so that another process never sees a part; a failure costs nothing."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(content)
        Path(file.name).replace(path)


def _load(code: bytes) -> tuple[Any, Any]:
    """The function in object code, and what keeps it in memory."""
    import llvmlite.binding as llvm

    machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    kind = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 5, *[ctypes.c_int64] * 6)
    return kind(engine.get_function_address("walk")), engine
