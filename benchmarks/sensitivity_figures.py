"""The plots and tables of docs/explanation/sensitivity.md, from results/sensitivity.json.

    python benchmarks/sensitivity_figures.py

A table stands between ``<!-- table: NAME -->`` and ``<!-- end -->`` and is written anew.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np

from _conditions import RESULTS
from facemetric.report.evaluation import StudyFigure, StudyLine, StudyView, study_plot

DOCS = Path(__file__).parent.parent / "docs" / "explanation"
PAGE = DOCS / "sensitivity.md"
PLOTS = DOCS / "sensitivity"
PAPER = "FaceNet NN1 (paper)"


def plot(name: str, study: dict[str, Any]) -> bytes:
    lines = tuple(map(line, *zip(*study["bundles"].items(), strict=True)))
    first = next(iter(study["bundles"].values()))
    shown = StudyFigure(
        key=name,
        title="VAL at FAR 1e-3",
        levels=np.array([one["level"] for one in first["levels"]], np.float64),
        lines=lines,
        paper={float(level): val / 100 for level, val in study["paper"].items()},
    )
    view = StudyView(
        title=study["title"],
        lead="",
        axis=study["axis"],
        log_axis=study["log_axis"],
        paper_name=PAPER,
        paper_note=study["paper_note"],
        figures=(shown,),
        conditions=(),
    )
    return study_plot(view, shown).svg


def line(bundle: str, measured: dict[str, Any]) -> StudyLine:
    levels = [one["val"] for one in measured["levels"]]
    return StudyLine(
        name=bundle,
        values=np.array([one["value"] for one in levels]),
        low=np.array([one["low"] for one in levels]),
        high=np.array([one["high"] for one in levels]),
        unchanged=measured["unchanged"]["val"]["value"],
        texts=(),
    )


def table(study: dict[str, Any]) -> str:
    bundles = study["bundles"]
    heads = [study["axis"][:1].upper() + study["axis"][1:]]
    for bundle in bundles:
        heads += [f"`{bundle}`: VAL", "LFW accuracy"]
    if study["paper"]:
        heads.append("FaceNet: VAL")
    rows = [heads, ["---:"] * len(heads)]
    count = len(next(iter(bundles.values()))["levels"])
    for place in range(count + 1):
        level, cells = None, []
        for measured in bundles.values():
            one = measured["levels"][place] if place < count else measured["unchanged"]
            level = one.get("level")
            cells += [percent(one["val"]), percent(one["accuracy"])]
        if study["paper"]:
            val = study["paper"].get("" if level is None else f"{level:g}")
            cells.append("–" if val is None else f"{val:.1f}")
        rows.append(["unchanged" if level is None else f"{level:,g}", *cells])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def percent(one: dict[str, Any]) -> str:
    return f"{100 * one['value']:.1f} ± {100 * one['standard_error']:.1f}"


def main() -> None:
    result = json.loads((RESULTS / "sensitivity.json").read_text(encoding="utf-8"))
    page = PAGE.read_text(encoding="utf-8")
    PLOTS.mkdir(exist_ok=True)
    for name, study in result["studies"].items():
        (PLOTS / f"{name}.svg").write_bytes(plot(name, study))
        place = re.compile(rf"(<!-- table: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        if not place.search(page):
            sys.exit(f"{PAGE}: no place for the table {name}")
        made = table(study)
        page = place.sub(lambda found, made=made: f"{found[1]}\n{made}\n\n{found[2]}", page)  # type: ignore[misc]
    PAGE.write_text(page, encoding="utf-8")
    print(f"{PAGE} and {len(result['studies'])} plots")


if __name__ == "__main__":
    main()
