"""`pinprick products`: the shelf, one product, and one of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pinprick.cli import app
from pinprick.permeation.products import products


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.stdout, result.stderr


def test_the_list_has_every_product_with_its_verdict() -> None:
    code, out, _ = run("products")
    assert code == 0
    lines = out.splitlines()
    assert len(lines) == 1 + len(products())
    assert {line.split("\t")[2] for line in lines[1:]} == {"avoid", "no evidence", "usual"}


@pytest.mark.parametrize("name", ["EMLA", "lidocaine and prilocaine cream"])
def test_one_product_by_name_and_alias(name: str) -> None:
    code, out, _ = run("products", name)
    assert code == 0
    assert out.startswith("lidocaine and prilocaine cream: ")
    for words in ("on open channels: avoid", "label: largest area\t600 cm2", "not for delivering",
                  "safety:SAF113", "assumed"):  # fmt: skip
        assert words in out


def test_an_unknown_product_is_one_line_that_names_the_nearest() -> None:
    code, _, err = run("products", "emlla")
    assert (code, len(err.splitlines())) == (2, 1)
    assert "did you mean emla?" in err


def test_a_product_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "name: mine\ntitle: Serum of mine\nkind: serum\nsolutes:\n  niacinamide: 5 %\nph: 6\n"
        "layer: 20 um\nstirred: yes\ndrying: 10 min\ncovered: no\nsterile: no\n",
        "utf-8",
    )
    code, out, err = run("products", str(path))
    assert code == 0, err
    assert out.startswith("mine: Serum of mine")
    assert "niacinamide" in out
    path.write_text(path.read_text("utf-8").replace("niacinamide", "niacinamid"), "utf-8")
    code, _, err = run("products", str(path))
    assert code == 2
    assert "niacinamide" in err
