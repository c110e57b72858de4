"""The rules of the house, as tests: what no reviewer should have to look for."""

from __future__ import annotations

import ast
import doctest
import inspect
import pkgutil
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "pinprick"
STAGES = ("needling", "permeation", "heat", "healing", "appearance", "safety")
PLAIN = {0, 1, 2, 0.5, 10}  # with either sign
AXES = 4  # of the state: species, cells, fractions, members
# Numbers of mathematics, not of skin: (file below src/pinprick, size without sign) -> the reason.
MATHEMATICS: dict[tuple[str, float], str] = {
    (
        "healing/body.py",
        30,
    ): "age of the plain body that nothing slows: a reference",
    ("healing/body.py", 3): "phototype of the plain body: the factors count from it",
    ("permeation/barrier.py", 6): "lag of a membrane is h²/(6 D)",
    ("healing/redness.py", 60): "halvings of an interval, to the last bit of a double",
}


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package, by its path below src/pinprick."""
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text("utf-8"), str(path))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


@cache
def tracked() -> tuple[Path, ...]:
    """Files that are tracked by git or would be; empty outside a checkout."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    except FileNotFoundError:
        return ()
    names = done.stdout.decode().split("\0") if done.returncode == 0 else []
    return tuple(ROOT / name for name in names if name and (ROOT / name).is_file())


def numbers(tree: ast.AST) -> Iterator[tuple[int, float]]:
    """Line and size of each number written in a module, beyond those that any module may write."""
    exempt = {id(node) for call in ast.walk(tree) for node in _exempt(call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in exempt:
            value = node.value
            number = isinstance(value, int | float | complex) and not isinstance(value, bool)
            if number and abs(value) not in PLAIN:
                yield node.lineno, abs(value)
        elif _reads_text(node):
            yield node.lineno, float("nan")  # float("3.7"): a number in disguise


def _exempt(node: ast.AST) -> Iterator[ast.AST]:
    """Numbers that are not of the model: digits to print, a place in a shape, a yardstick."""
    name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    if isinstance(node, ast.Call) and name == "round":
        yield from node.args[1:]
        yield from (word.value for word in node.keywords if word.arg == "ndigits")
    elif isinstance(node, ast.Call) and name == "Species":
        yield from node.args[2:3]  # what counts as one, for the stepper's rounding
    elif isinstance(node, ast.Subscript):
        for part in ast.walk(node.slice):
            if isinstance(part, ast.Constant) and part.value == AXES - 1:
                yield part


def _reads_text(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("float", "int", "complex", "Decimal")
        and bool(node.args)
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
        and any(sign.isdigit() for sign in node.args[0].value)
    )


def test_stages_hold_no_number_of_their_own() -> None:
    found = [
        f"{name}:{line}: {size:g}"
        for name, tree in modules().items()
        if name.partition("/")[0] in STAGES
        for line, size in numbers(tree)
        if (name, size) not in MATHEMATICS
    ]
    assert not found, "numbers belong in evidence/parameters:\n" + "\n".join(found)


def test_every_listed_number_is_still_there() -> None:
    there = {
        (name, size)
        for name, tree in modules().items()
        if name.partition("/")[0] in STAGES
        for _, size in numbers(tree)
    }
    assert set(MATHEMATICS) <= there
    assert all(len(reason.split()) > 2 for reason in MATHEMATICS.values())


@pytest.mark.parametrize(
    "planted",
    ["x = 3", "x = -24.0", "x = a[7]", "x = 1e-3 * y", "def f(x=0.3): ...", "x = float('3.7')"],
)
def test_a_planted_number_is_found(planted: str) -> None:
    assert list(numbers(ast.parse(planted)))


@pytest.mark.parametrize(
    "plain",
    [
        "x = -1",
        "x = 0.5 * y**2 - 10",
        "x = a[:-1]",
        "x = round(y, 4)",
        "x = f'{y:.3f}'",
        "x = True",
    ],
)
def test_a_plain_number_is_not(plain: str) -> None:
    assert not list(numbers(ast.parse(plain)))


def test_nothing_is_left_unfinished() -> None:
    word = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX|NotImplemented(Error)?)\b")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if word.search(line)
    ]
    found += [f"{name}:{node.lineno}: {node.name} is empty" for name, node in _empty_functions()]
    assert not found, "\n".join(found)


def _empty_functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for name, tree in modules().items():
        shapes = {
            id(inner)
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and any("Protocol" in ast.dump(b) for b in node.bases)
            for inner in node.body
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or id(node) in shapes:
                continue
            if any(
                "overload" in ast.dump(d) or "abstract" in ast.dump(d) for d in node.decorator_list
            ):
                continue
            if all(
                isinstance(line, ast.Pass)
                or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
                for line in node.body
            ):
                yield name, node


def test_chance_enters_by_a_key_only() -> None:
    keyed = {"Generator", "Philox", "SeedSequence", "BitGenerator", "default_rng"}
    found = []
    for name, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                wrong = any(alias.name == "random" for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                wrong = node.module == "random"
            elif isinstance(node, ast.Attribute):
                owner = ast.unparse(node.value)
                wrong = owner in ("np.random", "numpy.random") and node.attr not in keyed
            elif isinstance(node, ast.Call):
                wrong = ast.unparse(node.func).endswith("default_rng") and not node.args
            else:
                wrong = False
            if wrong:
                found.append(f"{name}:{node.lineno}: {ast.unparse(node)}")
    assert not found, "a random number without a key:\n" + "\n".join(found)


def test_no_address_of_an_index_and_no_path_of_a_machine() -> None:
    if not tracked():
        pytest.skip("not a git checkout")
    hosts = ("py" + "pi.org", "python" + "hosted.org", "registry." + "npmjs")
    private = re.compile(
        "|".join([*map(re.escape, hosts), r"(?<![\w.])/(ro" r"ot|home|Us" r"ers|work|opt)/\w"])
    )
    found = []
    for path in tracked():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
            for number, line in enumerate(text.splitlines(), 1)
            if private.search(line)
        ]
    assert not found, "\n".join(found)


def test_the_lock_holds_versions_only() -> None:
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    assert len(lines) > 20
    assert not [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][\w.+!]*", line)]
    assert not [line for line in lines if line.startswith("pinprick")]


def test_every_public_name_is_described() -> None:
    found = []
    for name, tree in modules().items():
        if ast.get_docstring(tree) is None and tree.body:
            found.append(f"{name}: the module")
        for node in tree.body:
            parts = [node, *node.body] if isinstance(node, ast.ClassDef) else [node]
            found += [
                f"{name}:{part.lineno}: {part.name}"
                for part in parts
                if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
                and not part.name.startswith("_")
                and not getattr(node, "name", "").startswith("_")
                and ast.get_docstring(part) is None
                and not any(
                    "overload" in ast.dump(d) or "setter" in ast.dump(d)
                    for d in part.decorator_list
                )
            ]
    assert not found, "no docstring:\n" + "\n".join(found)


def exported() -> Iterator[tuple[str, Any]]:
    """What each room exports, by room and name."""
    import pinprick

    below = pkgutil.walk_packages(pinprick.__path__, "pinprick.")
    rooms = ["pinprick", *(each.name for each in below if each.ispkg)]
    for room in map(import_module, rooms):
        for name in getattr(room, "__all__", ()):
            yield f"{room.__name__}.{name}", getattr(room, name)


def used_by_other_rooms() -> Iterator[tuple[str, Any]]:
    """What a room takes from another, by name or through its module."""
    for path, tree in modules().items():
        room, whole = path.partition("/")[0], {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pinprick."):
                if node.module.split(".")[1] == room:
                    continue
                for name in node.names:
                    found = getattr(import_module(node.module), name.name, None)
                    if found is None or inspect.ismodule(found):
                        found = import_module(f"{node.module}.{name.name}")
                        whole[name.asname or name.name] = found
                    yield f"{node.module}.{name.name}", found
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found = getattr(whole.get(node.value.id), node.attr, None)
                yield f"{node.value.id}.{node.attr}", found


def public() -> dict[str, Callable[..., Any]]:
    """Functions that a room exports or another room uses; a cached one is a function too."""
    return {
        name: found
        for name, found in (*exported(), *used_by_other_rooms())
        if callable(found)
        and inspect.isfunction(inspect.unwrap(found))
        and found.__module__.startswith("pinprick")
    }


def shows_a_result(text: str | None) -> bool:
    """Whether a docstring holds an example that runs and says what must come out."""
    examples = doctest.DocTestParser().get_examples(text or "")
    return any(one.want and not one.options.get(doctest.SKIP) for one in examples)


def test_every_public_function_has_a_running_example() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        settings = tomllib.load(file)["tool"]["pytest"]["ini_options"]
    assert "--doctest-modules" in settings["addopts"]  # or none of them would run
    assert "src/pinprick" in settings["testpaths"]
    functions = public()
    assert {"pinprick.forecast", "pinprick.people.skin_at"} <= set(functions)
    assert "pinprick.appearance.colour.skin_colour" in functions  # a room within a room
    assert "pinprick.files.write_all" in functions  # exported by none, used by many
    missing = [
        f"{name} ({found.__module__})"
        for name, found in functions.items()
        if not shows_a_result(inspect.getdoc(found))
    ]
    assert not missing, "no example with a result in the docstring of:\n" + "\n".join(missing)


def test_every_public_function_of_arrays_says_their_shape() -> None:
    said = re.compile(r"\bshapes?\b|\([a-z][a-z +1]*,\)|\((?:[a-z]+, )+[a-z]+\)")
    silent = []
    for name, found in public().items():
        bare = inspect.unwrap(found)
        annotations = " ".join(str(each) for each in inspect.get_annotations(bare).values())
        if "Array" in annotations and not said.search(inspect.getdoc(bare) or ""):
            silent.append(name)
    assert not silent, "no shape in the docstring of:\n" + "\n".join(silent)


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        (None, False),
        ("Adds.", False),
        ("Adds.\n\n>>> x = 1", False),
        ("Adds.\n\n>>> 1 + 1  # doctest: +SKIP\n2", False),
        ("Adds.\n\n>>> x = 1\n>>> x + 1\n2", True),
    ],
)
def test_an_example_without_a_result_is_none(text: str | None, shows: bool) -> None:
    assert shows_a_result(text) == shows


def test_a_room_imports_only_from_floors_below() -> None:
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_stands_on_a_floor() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        (contract,) = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    placed = {room.strip() for floor in contract["layers"] for room in floor.split("|")}
    rooms = {name.partition("/")[0].removesuffix(".py") for name in modules()}
    assert {f"pinprick.{room}" for room in rooms - {"__init__", "__main__"}} <= placed


def test_one_version_everywhere() -> None:
    import pinprick

    with (ROOT / "pyproject.toml").open("rb") as file:
        version = tomllib.load(file)["project"]["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert str(citation["version"]) == version
    assert pinprick.__version__ == version


def test_the_changelog_has_a_section_for_this_version() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        version = tomllib.load(file)["project"]["version"]
    heads = re.findall(r"^## \[?([^\]\s]+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert {"Unreleased", version} & set(heads)


def test_the_readme_names_the_commands_and_what_it_points_to() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert "make demo" in text
    assert "make test" in text
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert not [link for link in links if not (ROOT / link).exists()]


def test_the_makefile_has_the_targets_that_the_pages_name() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    named = {
        word for page in pages for word in re.findall(r"`make ([a-z-]+)`", page.read_text("utf-8"))
    }
    assert {"demo", "test", "verify", "bench", "docs", "lint", "format", "clean"} <= targets
    assert named <= targets
