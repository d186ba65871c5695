"""Train the sweeps of ``recipes/studies`` and put their tables into the documentation.

Each sweep goes to ``runs/<name>`` (finished runs are kept, an interrupted one is resumed), its
result to ``results/study_<name>.json``, its table between the markers of
``docs/explanation/training-studies.md``. ``--tables`` only writes the tables again. A run that
another sweep made with the very same recipe is copied, not made twice.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from _conditions import RESULTS, conditions, write_result
from _script import run_script
from facemetric.backbones import describe
from facemetric.report.canvas import COLOURS, RULE, look
from facemetric.training.run_folder import RunFolder
from facemetric.training.sweep import (
    OUTCOME_NAME,
    PlannedRun,
    SweepResult,
    planned_runs,
    read_plan,
    run_sweep,
    spread,
)

ROOT = Path(__file__).parents[1]
SWEEPS = ROOT / "recipes" / "studies"
PAGE = ROOT / "docs" / "explanation" / "training-studies.md"
PLOTS = PAGE.parent / "studies"
FIGURES = {
    "lfw_accuracy": "LFW accuracy",
    "lfw_tar_at_far_0.01": "TAR at FAR 0.01",
    "lfw_auc": "area under the ROC",
}


def costs(path: Path) -> dict[str, tuple[int, int]]:
    """Return each variant's multiply-adds and parameters; empty where all networks are one."""
    networks = {run.variant.name: run.recipe.network for run in planned_runs(path, read_plan(path))}
    if len({network.backbone for network in networks.values()}) == 1:
        return {}
    found = {}
    for variant, network in networks.items():
        width = float(network.options.get("width", 1.0))
        cost = describe(network.backbone, dim=network.dim, size_px=network.input_px, width=width)
        found[variant] = (cost.multiply_adds, cost.parameters)
    return found


def markdown(result: SweepResult, cost: dict[str, tuple[int, int]]) -> str:
    """Return a sweep's table; with one seed the interval over people stands beside."""
    more = ["million multiply-adds", "million parameters"] if cost else []
    lines = [
        "| variant | " + " | ".join([*more, *FIGURES.values()]) + " | runs |",
        "|---|" + "---|" * (len(FIGURES) + len(more) + 1),
    ]
    for variant in sorted(result.variants, key=lambda name: cost.get(name, (0, 0))):
        own = [run for run in result.runs if run.variant == variant]
        cells = [spread(result.runs, variant, figure).text() for figure in FIGURES]
        if len(own) == 1 and own[0].failure is None:
            ends = [own[0].figures.get(f"lfw_accuracy_{end}") for end in ("low", "high")]
            cells[0] += f" [{', '.join(f'{100 * end:.1f}' for end in ends if end is not None)}]"
        cells[:0] = [f"{number / 1e6:.1f}" for number in cost.get(variant, ())]
        if own:
            lines.append(f"| {variant} | " + " | ".join(cells) + f" | {len(own)} |")
    return "\n".join(lines)


def draw(result: SweepResult, cost: dict[str, tuple[int, int]], path: Path) -> None:
    """Draw accuracy against multiply-adds, as FaceNet's figure 4."""
    from matplotlib.figure import Figure

    with look():
        figure = Figure(figsize=(6.0, 3.6))
        axes = figure.add_subplot()
        drawn = sorted(result.runs, key=lambda run: cost[run.variant])
        for number, run in enumerate(one for one in drawn if one.failure is None):
            middle = 100 * run.figures["lfw_accuracy"]
            ends = [100 * run.figures[f"lfw_accuracy_{end}"] for end in ("low", "high")]
            where = cost[run.variant][0] / 1e6
            axes.plot([where, where], ends, color=RULE, linewidth=1, zorder=0)
            axes.plot(where, middle, "o", color=COLOURS[0], markersize=4)
            axes.annotate(
                run.variant.split(" at ")[0],
                (where, middle),
                xytext=(4, (4, -9)[number % 2]),  # neighbours' names would cover each other
                textcoords="offset points",
                fontsize=7,
            )
        axes.set(xscale="log", xlabel="million multiply-adds", ylabel="LFW accuracy, %")
        axes.set_xticks([2, 5, 10, 20, 50], ["2", "5", "10", "20", "50"], minor=False)
        axes.set_xticks([], minor=True)
        axes.set_xlim(right=110)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Date": None})


def put_into_page(name: str, table: str) -> bool:
    """Replace what stands between a study's markers; False where the page has none."""
    text = PAGE.read_text(encoding="utf-8")
    pattern = rf"(<!-- study: {re.escape(name)} -->\n).*?(<!-- end -->)"
    changed, count = re.subn(
        pattern, lambda found: f"{found[1]}\n{table}\n\n{found[2]}", text, flags=re.S
    )
    PAGE.write_text(changed, encoding="utf-8")
    return count == 1


def copy_equal_runs(planned: Sequence[PlannedRun], runs: Path, name: str) -> None:
    """Copy finished runs of other sweeps whose recipe is one of these."""
    made = [path.parent for path in sorted(runs.glob(f"*/*/{OUTCOME_NAME}"))]
    for run in planned:
        own = runs / name / run.folder
        if own.exists():
            continue
        for other in made:
            if not RunFolder(other).changes(run.recipe):
                shutil.copytree(other, own)
                outcome = json.loads((own / OUTCOME_NAME).read_text(encoding="utf-8"))
                RunFolder(own).write(OUTCOME_NAME, outcome | {"variant": run.variant.name})
                break


def main() -> None:
    """Run what is asked for, one sweep after another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="sweeps; all by default")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", action="append", default=[], help="a variant, for one sweep")
    parser.add_argument("--tables", action="store_true")
    options = parser.parse_args()
    for name in options.names or sorted(path.stem for path in SWEEPS.glob("*.toml")):
        path = SWEEPS / f"{name}.toml"
        stored = RESULTS / f"study_{name.replace('-', '_')}.json"
        if options.tables:
            if not stored.exists():
                continue
            document = json.loads(stored.read_text(encoding="utf-8"))
            result = SweepResult.model_validate(document["sweep"])
        else:
            plan, words = read_plan(path), [f"run.threads={options.threads}"]
            copy_equal_runs(planned_runs(path, plan, words), options.runs, name)
            result = run_sweep(
                path,
                plan,
                options.runs / name,
                overrides=words,
                only=options.only,
                tell=lambda text, name=name: print(f"{name}: {text}", flush=True),
            )
            facts = conditions(("torch",), threads=options.threads)
            write_result(
                stored.stem, {"conditions": facts, "sweep": result.model_dump(mode="json")}
            )
        cost = costs(path)
        if not put_into_page(name, markdown(result, cost)):
            print(f"{PAGE.name} has no place for {name}")
        if cost:
            draw(result, cost, PLOTS / f"{name}.svg")


if __name__ == "__main__":
    run_script(main)
