"""Images a second of the whole training loop, beside bare forward and backward passes.

The loop: reading, augmentation, the network, ArcFace over all people, the optimiser, logs and a
checkpoint at the end. Bare: the same network in the same precision on one random batch, forward
and backward, nothing else. Both in turns, several times, in a process that keeps the memory that it
frees, as ``facemetric train`` does; the bar is a ratio of 0.9.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import torch

from _conditions import conditions, write_result
from _script import run_script
from facemetric.training import build
from facemetric.training.allocator import keep_freed_memory
from facemetric.training.material import Material, open_material
from facemetric.training.network import normalise_pixels
from facemetric.training.precision import Precision
from facemetric.training.recipe import Recipe, read_recipe
from facemetric.training.trainer import Trainer

RECIPE = Path(__file__).parents[1] / "recipes" / "celeba.toml"
BAR = 0.9
CASES = {
    "sphereface-10, half width, 56x48, bfloat16": (),
    "the same, float32": ("run.precision=float32",),
    "mobilefacenet, 112x112, bfloat16": (
        "network={backbone='mobilefacenet', dim=128, input_px=[112, 112]}",
    ),
}
COMMON = ("loss=[{name='arcface', scale=30.0, margin_rad=0.3}]", "run.epochs=3", "evaluate=[]")


def loop_rate(recipe: Recipe, material: Material) -> float:
    """Return images a second of a run of three epochs, building the objects not counted."""
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(recipe, Path(folder) / "run", material)
        start = time.perf_counter()
        trainer.run()
        seconds = time.perf_counter() - start
    return trainer.steps * recipe.sampling.options["batch_size"] / seconds  # type: ignore[operator]


def bare_rate(recipe: Recipe, *, chip_px: tuple[int, int], steps: int) -> float:
    """Return images a second of forward and backward passes on a random batch."""
    network = build.build_network(recipe, chip_px=chip_px).train()
    precision = Precision(recipe.run.precision, torch.device("cpu"))
    size = int(recipe.sampling.options["batch_size"])  # type: ignore[call-overload]
    chips = normalise_pixels(torch.randint(0, 256, (size, *chip_px, 3), dtype=torch.uint8))
    seconds = 0.0
    for step in range(steps + 1):
        start = time.perf_counter()
        with precision.autocast():
            raw = network(chips)
        raw.float().square().mean().backward()
        for parameter in network.parameters():
            parameter.grad = None
        if step:  # the first one warms up
            seconds += time.perf_counter() - start
    return steps * size / seconds


def main() -> None:
    """Measure every case in turns and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, default=Path("packs/celeba"))
    parser.add_argument("--share", type=float, default=1.0, help="of the pack, for an epoch")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--only", choices=sorted(CASES), help="a case; nothing is written then")
    options = parser.parse_args()
    keep_freed_memory()
    rows = {}
    for name, words in CASES.items():
        if options.only not in (None, name):
            continue
        put = [*COMMON, *words, f"data.train=['{options.pack}']", f"data.share={options.share}"]
        recipe = read_recipe(RECIPE, put)
        material = open_material(recipe.data, seed=0)
        steps = len(material.source) // int(recipe.sampling.options["batch_size"])  # type: ignore[call-overload]
        turns = [
            (
                bare_rate(recipe, chip_px=material.chip_px, steps=steps),
                loop_rate(recipe, material),
            )
            for _ in range(options.turns)
        ]
        print(name, [f"{bare:.0f} {loop:.0f}" for bare, loop in turns], flush=True)
        ratio = statistics.median(loop / bare for bare, loop in turns)
        rows[name] = {
            "bare_images_per_s": statistics.median(bare for bare, _ in turns),
            "loop_images_per_s": statistics.median(loop for _, loop in turns),
            "ratio": ratio,
            "met": ratio >= BAR,
        }
        print(name, {key: round(float(value), 3) for key, value in rows[name].items()}, flush=True)
    if options.only is not None:
        return
    facts = conditions(
        ("torch",),
        threads=torch.get_num_threads(),
        turns=options.turns,
        share=options.share,
        bar=BAR,
    )
    write_result("trainer_overhead", {"conditions": facts, "cases": rows})


if __name__ == "__main__":
    run_script(main)
