"""Who is on a photograph of LFW, learnt from LFW's other photographs alone, from scratch.

A published beginner's experiment (ResNet-18, ArcFace, 10,560 photographs to learn from and 2,673 to
name, drawn at random or cut off by order), then the best that was made of the same photographs.
Finished runs are kept, an interrupted one is resumed. ``--device cuda`` takes the experiment's own
settings, 112 x 112 pixels and 300 epochs of 11 steps; a CPU takes 40 x 40 pixels and 8 epochs of 83
steps (split by order, where nearly nobody can be named, 4): a fifth as many steps, each of an
eighth of the batch.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from _conditions import conditions, write_result
from _script import run_script
from facemetric.training.recipe import read_recipe
from facemetric.training.session import run_recipe

RECIPES = Path(__file__).parents[1] / "recipes"
ON_A_CPU = (
    "run.device=cpu",
    "network.input_px=[40, 40]",
    "run.epochs=8",
    "sampling.batch_size=128",
    "optimiser.accumulate=1",
)
CASES = {
    "the experiment, random split": ("lfw-resnet18-arcface", ()),
    "the experiment, split by order": ("lfw-resnet18-arcface", ("data.split.kind=by-order",)),
    "best from scratch, random split": ("lfw-closed-set", ()),
}
PUBLISHED = {"the experiment, random split": 0.14, "the experiment, split by order": 0.002}
BAR = 0.28


def main() -> None:
    """Train what is missing and write every accuracy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--pack", type=Path, default=Path("packs/lfw"))
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    rows: dict[str, object] = {}
    for name, (stem, words) in CASES.items():
        put = [*words, f"data.train=['{options.pack}']", f"run.threads={options.threads}"]
        if options.device == "cpu" and stem == "lfw-resnet18-arcface":
            put += ON_A_CPU
            put += ["run.epochs=4"] if words else []
        recipe = read_recipe(RECIPES / f"{stem}.toml", put)
        folder = options.runs / name.replace(",", "").replace(" ", "-")
        finished = run_recipe(recipe, folder, resume=True)
        if not finished.complete:
            raise KeyboardInterrupt
        row = {"figures": dict(finished.figures), "published": PUBLISHED.get(name)}
        rows[name] = {**row, "epochs": recipe.run.epochs, "input_px": recipe.network.input_px}
        print(name, {key: round(value, 4) for key, value in finished.figures.items()}, flush=True)
    facts = conditions(("torch",), device=options.device, threads=options.threads, bar=BAR)
    write_result("closed_set", {"conditions": facts, "runs": rows})


if __name__ == "__main__":
    run_script(main)
