"""Embeddings one can see: eight people on a circle and on a sphere, and where classes part.

Trains a small network with two and with three dimensions on LFW's eight most photographed people
under softmax, NSL, A-Softmax, LMCL and ArcFace, and draws what the papers draw (SphereFace figures
1 to 3, CosFace figures 4 and 2, ArcFace figures 3 and 5): ``results/embedding_pictures.json`` and
plots in ``docs/explanation/studies``.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from _conditions import conditions, write_result
from _script import run_script
from facemetric.datasets.chips import DecodedChips, SubsetSource, open_chips
from facemetric.losses import MARGINS
from facemetric.report.canvas import COLOURS, INK, RULE, SOFT, look
from facemetric.training.closed_set import raw_embeddings
from facemetric.training.material import Material
from facemetric.training.recipe import parse_recipe
from facemetric.training.trainer import Trainer

PLOTS = Path(__file__).parents[1] / "docs" / "explanation" / "studies"
PEOPLE, PHOTOS, EPOCHS = 8, 60, 40
# Eight directions on a circle are 45 degrees apart: no cosine margin above 1 - cos(45 degrees),
# 0.29, can be met there (CosFace, equation 6), and no angle above 0.79.
LOSSES: dict[str, dict[str, Any]] = {
    "softmax": {"name": "softmax"},
    "NSL": {"name": "nsl", "scale": 16.0},
    "A-Softmax": {"name": "a-softmax", "margin": 4},
    "LMCL": {"name": "lmcl", "scale": 16.0, "margin": 0.2},
    "ArcFace": {"name": "arcface", "scale": 16.0, "margin_rad": 0.3},
}


def material(pack: Path) -> Material:
    """Return the eight people with most photographs, equally many of each."""
    source = open_chips(pack)
    counts = np.bincount(source.labels)
    chosen = np.argsort(-counts, kind="stable")[:PEOPLE]
    rows = np.concatenate([np.flatnonzero(source.labels == one)[:PHOTOS] for one in chosen])
    return Material(DecodedChips(SubsetSource(source, np.sort(rows))), (112, 112))


def recipe(loss: dict[str, Any], dim: int) -> dict[str, Any]:
    """Return the run of one loss."""
    return {
        "name": "picture",
        "data": {"train": ["unused"]},
        "augmentation": {"flip": 0.5, "crop_px": 4},
        "sampling": {"batch_size": 16},
        "network": {
            "backbone": "sphereface-4",
            "width": 0.5,
            "dim": dim,
            "input_px": [56, 48],
        },
        "loss": [loss],
        "optimiser": {"lr": 0.02, "weight_decay": 5e-4, "clip_norm": 5.0},
        "schedule": {"name": "cosine", "warmup_epochs": 2},
        "run": {"epochs": EPOCHS, "log_every_steps": 100, "diagnose_every_steps": 100000},
    }


def trained(
    data: Material, loss: dict[str, Any], dim: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return raw embeddings ``(N, dim)`` and unit class centres ``(8, dim)``."""
    with tempfile.TemporaryDirectory() as folder:
        made = Trainer(parse_recipe(recipe(loss, dim)), Path(folder) / "run", data)
        header = next(iter(made.training.objective.terms.values())).header
        if dim == 2:
            # On a circle no class can pass another: drawn at random, most stay in each other's way.
            turns = torch.arange(PEOPLE) * (2 * math.pi / PEOPLE)
            with torch.no_grad():
                header.centres.copy_(torch.stack([turns.cos(), turns.sin()], 1))
        made.run()
    device = torch.device("cpu")
    raw = raw_embeddings(made.training.measured, data.source, chip_px=data.chip_px, device=device)
    return raw.numpy(), functional.normalize(header.centres.detach()).numpy()


def angles(
    raw: NDArray[np.float32], centres: NDArray[np.float32], labels: NDArray[np.int64]
) -> dict[str, float]:
    """Return the mean angle to the own centre, that between nearest centres, and the accuracy."""
    unit = raw / np.linalg.norm(raw, axis=1, keepdims=True)
    own = np.degrees(np.arccos(np.clip((unit * centres[labels]).sum(1), -1, 1)))
    between = np.degrees(np.arccos(np.clip(centres @ centres.T, -1, 1)))
    np.fill_diagonal(between, np.inf)
    return {
        "angle_to_own_centre_deg": float(own.mean()),
        "angle_to_nearest_centre_deg": float(between.min(1).mean()),
        "accuracy": float(((unit @ centres.T).argmax(1) == labels).mean()),
        "length_mean": float(np.linalg.norm(raw, axis=1).mean()),
    }


def circle(
    axes: Any, name: str, raw: NDArray[np.float32], centres: Any, labels: NDArray[np.int64]
) -> None:
    """Draw raw embeddings in the plane, and below the unit circle they are projected on."""
    unit = raw / np.linalg.norm(raw, axis=1, keepdims=True)
    reach = float(np.quantile(np.linalg.norm(raw, axis=1), 0.99))
    turn = np.linspace(0, 2 * math.pi, 200)
    axes.plot(np.cos(turn), np.sin(turn), color=RULE, linewidth=0.8, zorder=0)
    for person in range(PEOPLE):
        colour = (*COLOURS, SOFT)[person]
        own = labels == person
        inside = 0.8 * raw[own] / reach
        axes.scatter(*inside.T, s=2, color=colour, linewidths=0, alpha=0.6)
        axes.scatter(*unit[own].T, s=4, color=colour, linewidths=0)
        axes.plot(
            [0, 1.12 * centres[person, 0]], [0, 1.12 * centres[person, 1]], color=colour, lw=0.7
        )
    axes.set(title=name, xticks=[], yticks=[], xlim=(-1.2, 1.2), ylim=(-1.2, 1.2), aspect="equal")
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.grid(False)


def sphere(
    axes: Any, name: str, raw: NDArray[np.float32], centres: Any, labels: NDArray[np.int64]
) -> None:
    """Draw unit embeddings on the sphere."""
    unit = raw / np.linalg.norm(raw, axis=1, keepdims=True)
    around, up = np.mgrid[0 : 2 * np.pi : 25j, 0 : np.pi : 13j]
    axes.plot_wireframe(
        np.cos(around) * np.sin(up),
        np.sin(around) * np.sin(up),
        np.cos(up),
        color=RULE,
        linewidth=0.3,
    )
    for person in range(PEOPLE):
        own = labels == person
        axes.scatter(
            *unit[own].T, s=3, color=(*COLOURS, SOFT)[person], linewidths=0, depthshade=True
        )
        axes.plot(*np.stack([np.zeros(3), 1.15 * centres[person]]).T, color=INK, lw=0.5)
    axes.set(title=name, box_aspect=(1, 1, 1))
    axes.set_axis_off()


def boundaries(axes: Any) -> None:
    """Draw, for two classes, where the loss of either side stops to ask for more.

    Above its line the first class is asked for nothing: ``target(cos a) = cos b`` with ``a`` the
    angle to the own centre and ``b`` that to the other, for embeddings of length 1 (A-Softmax) or
    any (the others). Softmax decides on lengths too and has no line in angles.
    """
    own = torch.linspace(0, math.pi, 721, dtype=torch.float64)
    ones = torch.ones_like(own)
    shown: dict[str, dict[str, Any]] = {
        "NSL": {},
        "A-Softmax, m = 4": {"margin": 4},
        "LMCL, m = 0.35": {"margin": 0.35},
        "ArcFace, m = 0.5": {"margin_rad": 0.5},
    }
    names = {
        "NSL": "nsl",
        "A-Softmax, m = 4": "a-softmax",
        "LMCL, m = 0.35": "lmcl",
        "ArcFace, m = 0.5": "arcface",
    }
    for number, (label, options) in enumerate(shown.items()):
        margin = MARGINS[names[label]](**options).double()
        margin.advance(10**9)
        asked = margin.target(own.cos(), ones)
        if names[label] == "a-softmax":  # without the annealing, which only eases the start
            k = torch.floor(own * 4 / math.pi).clamp(max=3)
            asked = (-1) ** k * torch.cos(4 * own) - 2 * k
        other = torch.where(asked.abs() <= 1, asked.clamp(-1, 1).acos(), torch.nan)
        axes.plot(own.rad2deg(), other.rad2deg(), color=COLOURS[number], label=label)
    axes.set(
        xlabel="angle to the own centre (degrees)",
        ylabel="angle to the other centre (degrees)",
        xlim=(0, 180),
        ylim=(0, 180),
        aspect="equal",
    )
    axes.legend(loc="lower right")


def main() -> None:
    """Train, draw, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, default=Path("packs/lfw"))
    options = parser.parse_args()
    from matplotlib.figure import Figure

    data = material(options.pack)
    labels = data.source.labels
    figures: dict[str, dict[str, float]] = {}
    PLOTS.mkdir(parents=True, exist_ok=True)
    with look():
        for dim, file, draw in ((2, "circles", circle), (3, "spheres", sphere)):
            figure = Figure(figsize=(8.2, 2.0))
            for number, (name, loss) in enumerate(LOSSES.items(), 1):
                raw, centres = trained(data, loss, dim)
                figures[f"{name}, {dim}-d"] = angles(raw, centres, labels)
                print(f"{name}, {dim}-d", figures[f"{name}, {dim}-d"])
                kind = {"projection": "3d"} if dim == 3 else {}
                draw(figure.add_subplot(1, len(LOSSES), number, **kind), name, raw, centres, labels)
            figure.savefig(PLOTS / f"{file}.svg", metadata={"Date": None})
        figure = Figure(figsize=(3.4, 3.4))
        boundaries(figure.add_subplot())
        figure.savefig(PLOTS / "boundaries.svg", metadata={"Date": None})
    write_result(
        "embedding_pictures",
        {
            "conditions": conditions(
                ("torch",), people=PEOPLE, photographs=len(labels), epochs=EPOCHS
            ),
            "figures": figures,
        },
    )


if __name__ == "__main__":
    run_script(main)
