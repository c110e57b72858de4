"""Generated parts of the page "Trial statistics": studies left out, and what they add up to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pinprick.evidence import registry
from pinprick.validation.studies import forecast_file, learnt, rows, summary, summary_line

Table = Callable[[Sequence[str], Any], str]
EXAMPLES = Path(__file__).resolve().parents[1] / "examples" / "arms"


def pages(folder: Path, table: Table) -> dict[str, str]:
    """Texts by file name."""
    told = summary()
    texts = {
        "counts": counts(told, table),
        "ablation": ablation(told["ablation"], table),
        "rows": left_out(rows(), table),
        "priors": priors(table),
        "learnt": effects(table),
        "examples": examples(),
    }
    return {f"studies-{name}.txt": text for name, text in texts.items()}


def gain(found: Mapping[str, float]) -> str:
    low, high = 100 * found["p05"], 100 * found["p95"]
    return f"{100 * found['gain']:+.0f} % ({low:+.0f} to {high:+.0f})"


def counts(told: Mapping[str, Any], table: Table) -> str:
    one, arm = told["unseen_study"], told["known_arm"]
    lines = [
        ("studies (rows)", *(f"{each['studies']} ({each['rows']})" for each in (one, arm))),
        ("inside the 90 % range, by study", *(f"{each['inside']:.0%}" for each in (one, arm))),
        ("so few or fewer, if the ranges are right", *(each["binomial"] for each in (one, arm))),
        ("mean place in the forecast (0.5 is right)", *(each["pit_mean"] for each in (one, arm))),
        ("width over that of (a)", *(each["width_over_plain"] for each in (one, arm))),
        ("the same, (a) cut at 0 and 100 %",
         *(each["width_over_plain_cut"] for each in (one, arm))),
        ("score (CRPS)", *(each["crps"] for each in (one, arm))),
        ("score of (a); of (b)",
         *(f"{each['plain_crps']}; {each['exponential_crps']}" for each in (one, arm))),
        ("better than (a)", *(gain(each["over_plain"]) for each in (one, arm))),
        ("better than (b)", *(gain(each["over_exponential"]) for each in (one, arm))),
    ]  # fmt: skip
    apart = told["plain_range_only"]
    text = table(["", "unseen study", "another arm known"], lines)
    return (
        f"{text}\nIn brackets the 90 % bootstrap interval over studies. Apart from these, "
        f"{apart['rows']} statistics of {apart['studies']} cohorts get the plain range only; "
        f"{apart['inside']:.0%} lie inside.\n"
    )


def ablation(lines: Sequence[Mapping[str, Any]], table: Table) -> str:
    head = ["model", "inside", "width over (a)", "score", "better than (a)", "better than all on"]
    return table(
        head,
        [
            (r["model"], f"{r['inside']:.0%}", r["width_over_plain"], r["crps"],
             gain(r["over_plain"]), gain(r["over_all_on"]))
            for r in lines
        ],
    )  # fmt: skip


def left_out(lines: Sequence[Mapping[str, Any]], table: Table) -> str:
    head = [
        "study, arm",
        "observer, n; protocol",
        "statistic",
        "measured",
        "90 % range",
        "",
        "note",
    ]
    return table(
        head,
        [
            (r["case"], r["observed_by"], r["quantity"],
             f"{r['measured']['value']:.3g} {r['unit']}",
             f"{r['model']['p05']:.3g} to {r['model']['p95']:.3g}",
             r["verdict"] if r["use"] == "left_out" else f"plain: {r['verdict']}", r["note"])
            for r in lines
        ],
    )  # fmt: skip


def priors(table: Table) -> str:
    return table(
        ["", "value", "spread", "note"],
        [(p.title, f"{p.value:g}", p.spread.kind, p.note) for p in registry().stage("trial")],
    )


def effects(table: Table) -> str:
    head = ["effect, in y", "prior", "after all studies"]
    pairs = [(one["effect"], one["prior"], one["posterior"]) for one in learnt()]
    return table(head, [(name, shown(*prior), shown(*after)) for name, prior, after in pairs])


def shown(mean: float, sd: float) -> str:
    return f"{mean:.2f} ± {sd:.2f}"


def examples() -> str:
    parts = []
    for path in sorted(EXAMPLES.glob("*.yaml")):
        printed = "\n".join(summary_line(one) for one in forecast_file(path))
        parts += [f"\n`examples/arms/{path.name}`\n\n```yaml\n{path.read_text('utf-8')}```\n",
                  f"\nprints\n\n```text\n{printed}\n```\n"]  # fmt: skip
    return "".join(parts)
