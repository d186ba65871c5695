"""Measure how far a visit's similarity may be corrected for how unlike its shots are.

Shots that are unlike each other lower the mean of their cosines, also to the person's own enrolled
photograph. The mean is therefore divided by a power of the length of the shots' mean. The exponent
is the largest with which strangers' visits reach the built-in bundle's thresholds no more often
than the false-accept rate that each stands for. A visit is as ``facemetric watch`` has it: looked
up after three different photographs of a person, five, eight, twelve and eighteen, with the eight
least alike of them (``BestShots``, all of one weight), and its highest similarity counts. Fitted on
CelebA; checked on people of LFW who are in none of the videos of ``watch.py``. The figures go into
the manifest of the package (not with ``--dry-run``) and into ``results/calibrate_spread.json``.

    python benchmarks/calibrate_spread.py
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from _bundles import DLIB, MOBILEFACENET, bundles_at_hand
from _conditions import conditions, write_result
from calibrate_builtin import (
    CELEBA_FACE_PX,
    LFW_FACE_PX,
    Sources,
    strangers,
    write_manifest,
)
from facemetric.bundle import Manifest, Spread, SpreadPoint, cache_folder
from facemetric.datasets import (
    LabelledPhotos,
    data_root,
    read_celeba,
    read_identity_folders,
    read_lfw_pairs,
)
from facemetric.decide import threshold_for
from facemetric.evaluation.intervals.draws import people_draws
from facemetric.types import Chip, Float32, Float64
from facemetric.watch.shots import MOST_SHOTS, BestShots, Sighting
from separation import Views, in_videos

LOOKS = (3, 5, 8, 12, 18)
"""Shots that there have been at each look-up of ``watch.Looks`` as it is by itself."""
CHIP = Chip(np.zeros((1, 1, 3), np.uint8), "dlib-150")
"""Of shots that have their embeddings already."""
RATES = (1e-2, 1e-3, 1e-4)
EXPONENTS = tuple(step / 20 for step in range(21))
DRAWS, REPLICATES = 20, 1000


@dataclass(frozen=True, eq=False)
class People:
    """Embeddings of people with a photograph to enrol and enough for a visit, drawn often."""

    vectors: Float64
    rows: list[list[int]]

    @classmethod
    def of(
        cls, views: Views, photos: LabelledPhotos, keep: set[str], px: int, *, flip: bool
    ) -> Any:
        vectors, found = views(photos, range(len(photos.paths)), px, flip=flip)
        rows: dict[str, list[int]] = {}
        for row, person in enumerate(photos.people):
            if person in keep and found[row]:
                rows.setdefault(person, []).append(row)
        return cls(vectors, [rows[name] for name in sorted(rows) if len(rows[name]) > LOOKS[-1]])

    def visits(self, *, seed: int) -> Any:
        """Yield, for each draw, of its look-ups cosines ``(P, P)`` and lengths ``(P,)``."""
        rng = np.random.default_rng(seed)
        for _ in range(DRAWS):
            drawn = np.array([rng.permutation(person)[: LOOKS[-1] + 1] for person in self.rows])
            enrolled = self.vectors[drawn[:, 0]]
            seen = [templates(self.vectors[photos[1:]]) for photos in drawn]
            looks = []
            for look in zip(*seen, strict=True):
                means = np.stack([norm * template.astype(np.float64) for template, norm in look])
                looks.append((means @ enrolled.T, np.array([norm for _, norm in look])))
            yield looks


def templates(shots: Float64) -> list[tuple[Float32, float]]:
    """Return what a track that has seen these shots is looked up with, at each of ``LOOKS``."""
    best, found = BestShots(MOST_SHOTS), []
    for number, row in enumerate(shots, 1):
        best.add(Sighting(CHIP, float(number), 1.0, row.astype(np.float32)))
        if number in LOOKS:
            found.append(best.template())
    return found


@dataclass(frozen=True, eq=False)
class Rates:
    """Of visits with one exponent, at each of ``RATES``: shares with bounds."""

    strangers: list[float]
    low: list[float]
    high: list[float]
    missed: list[float]


def rates(
    people: People, exponents: Sequence[float], thresholds: Sequence[float], *, seed: int
) -> dict[float, Rates]:
    """Count visits that reach thresholds, for each exponent."""
    count = len(people.rows)
    passed = {one: np.zeros((len(thresholds), count, count)) for one in exponents}
    for looks in people.visits(seed=seed):
        for one in exponents:
            best = np.max([table / length[:, None] ** one for table, length in looks], axis=0)
            for row, threshold in enumerate(thresholds):
                passed[one][row] += best >= threshold
    draws = people_draws(count, replicates=REPLICATES, seed=seed)
    return {one: _rates(passed[one] / DRAWS, draws) for one in exponents}


def _rates(passed: Float64, draws: Float64) -> Rates:
    own = np.eye(passed.shape[1], dtype=bool)
    total = draws.sum(axis=1) ** 2 - (draws**2).sum(axis=1)
    shares, bounds = [], []
    for table in passed:
        others = np.where(own, 0.0, table)
        shares.append(float(others[~own].mean()))
        drawn = np.einsum("rp,rp->r", draws @ others, draws) / total
        bounds.append(np.percentile(drawn, [2.5, 97.5]).tolist())
    missed = [float(1 - table[own].mean()) for table in passed]
    return Rates(shares, [low for low, _ in bounds], [high for _, high in bounds], missed)


def chosen(found: dict[float, Rates]) -> float:
    """Return the largest exponent up to which no rate is above what it stands for."""
    best = EXPONENTS[0]
    for one in EXPONENTS:
        if any(share > rate for share, rate in zip(found[one].strangers, RATES, strict=True)):
            break
        best = one
    return best


def row(name: str, exponent: float, found: Rates, *, people: int, flip: bool) -> dict[str, Any]:
    for rate, share, high, missed in zip(
        RATES, found.strangers, found.high, found.missed, strict=True
    ):
        print(
            f"{name:7} flip={flip!s:5} exponent {exponent:.2f}  FAR {rate:g}: strangers' visits "
            f"{share:.2g} (at most {high:.2g}), missed {missed:.1%}"
        )
    return {
        "test": name,
        "flip": flip,
        "people": people,
        "exponent": exponent,
        "far": list(RATES),
        "strangers": found.strangers,
        "strangers_95": [list(pair) for pair in zip(found.low, found.high, strict=True)],
        "missed": found.missed,
    }


def measure(
    manifest: Manifest, fit: People, check: People, *, flip: bool, seed: int
) -> tuple[Spread, list[dict[str, Any]]]:
    at = [threshold_for(manifest, far=rate, flip=flip).similarity for rate in RATES]
    found = rates(fit, EXPONENTS, at, seed=seed)
    exponent = chosen(found)
    both = (0.0, exponent)
    there = rates(check, both, at, seed=seed)
    rows = [
        row(name, one, table[one], people=len(people.rows), flip=flip)
        for name, people, table in (("CelebA", fit, found), ("LFW", check, there))
        for one in both
    ]
    best, before = found[exponent], found[0.0]
    on_lfw, lfw_before = there[exponent], there[0.0]
    points = tuple(
        SpreadPoint(
            far=rate,
            strangers=round(best.strangers[number], 7),
            strangers_low=round(best.low[number], 7),
            strangers_high=round(best.high[number], 7),
        )
        for number, rate in enumerate(RATES)
    )
    facts = "; ".join(
        f"{rate:g} -> {on_lfw.strangers[n]:.1e}, missed {on_lfw.missed[n]:.1%} "
        f"(plain mean {lfw_before.missed[n]:.1%})"
        for n, rate in enumerate(RATES)
    )
    missed = ", ".join(
        f"{best.missed[n]:.1%} (plain mean {before.missed[n]:.1%}) at {rate:g}"
        for n, rate in enumerate(RATES)
    )
    spread = Spread(
        flip=flip,
        exponent=exponent,
        least_shots=LOOKS[0],
        most_shots=MOST_SHOTS,
        looks=len(LOOKS),
        data="CelebA subsets, different photographs of a person as the shots",
        people=len(fit.rows),
        pairs=DRAWS * len(fit.rows) * (len(fit.rows) - 1),
        points=points,
        notes=f"Missed: {missed}. On {len(check.rows)} people of LFW, which nothing was fitted "
        f"to: {facts}.",
    )
    return spread, rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dry-run", action="store_true", help="leave the manifest as it is")
    parser.add_argument("--cache", type=Path, default=cache_folder() / "evaluation")
    arguments = parser.parse_args()
    data = data_root()
    lfw, celeba = read_identity_folders(data / "lfw"), read_celeba(data)
    sources = Sources(celeba, lfw, read_lfw_pairs(data / "lfw"), arguments.cache)
    with tempfile.TemporaryDirectory() as scratch:
        bundles = {one.id: one for one in bundles_at_hand(data, Path(scratch), keras_h5=None)}
        known = strangers(sources, bundles.get(MOBILEFACENET, bundles[DLIB])).people
        bundle = bundles[DLIB]
    views = Views(bundle, arguments.cache)
    kept = set(lfw.people) - in_videos(data / "lfw")
    spreads, rows = [], []
    for flip in (True, False):
        fit = People.of(views, celeba, set(known), CELEBA_FACE_PX, flip=flip)
        check = People.of(views, lfw, kept, LFW_FACE_PX, flip=flip)
        spread, measured = measure(bundle.manifest, fit, check, flip=flip, seed=arguments.seed)
        spreads.append(spread)
        rows += measured
    if not arguments.dry_run:
        documents = [spread.model_dump(mode="json") for spread in spreads]
        print(write_manifest(bundle.id, {"spreads": documents}))
    about = conditions(
        ("onnxruntime",),
        bundle=bundle.id,
        looks=list(LOOKS),
        shots_kept=MOST_SHOTS,
        draws=DRAWS,
        replicates=REPLICATES,
        seed=arguments.seed,
    )
    print(write_result("calibrate_spread", {"conditions": about, "rows": rows}))


if __name__ == "__main__":
    main()
