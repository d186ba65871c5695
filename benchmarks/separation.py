"""Whether more views of a photograph, or scores normalised by a cohort, tell people better apart.

One photograph of a person is enrolled and two others are the shots of a visit, as in ``watch.py``.
Beside the product's embedding (chip and mirror image averaged, the mean of the shots' cosines):
no mirror image; the mean of five cuts of the face, turned, scaled and shifted a little, of the
enrolled photograph alone or of all; the mean divided by a power of the length of the shots' mean
(``calibrate_spread.py``), up to the shots' mean brought to unit norm; embeddings from which the
cohort's mean is taken; and adaptive symmetric score normalisation (Karam et al. 2011, Cumani et al.
2011), by the nearest of a cohort of strangers.

Two tests: people of LFW who are in none of the videos of ``watch.py``, and people of CelebA. The
cohort is one photograph each of other people of CelebA. The figure is the share of visits that are
missed (FNMR) at the threshold which a given share of pairs of strangers reach (FMR), and its ratio
to the product's in the same draws of people.

    python benchmarks/separation.py
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from _bundles import DLIB, MOBILEFACENET, bundles_at_hand
from _conditions import conditions, write_result
from _script import run_script
from calibrate_builtin import CELEBA_FACE_PX, LFW_FACE_PX, Sources, strangers
from facemetric.bundle import Bundle, cache_folder
from facemetric.datasets import (
    LabelledPhotos,
    data_root,
    read_celeba,
    read_identity_folders,
    read_lfw_pairs,
)
from facemetric.embed import Embedder
from facemetric.evaluation import CentralFaceFinder, FaceEmbedder
from facemetric.evaluation.intervals.draws import people_draws
from facemetric.types import Chip, Face, Float64, Image
from make_watch_video import plan

RATES = (1e-3, 1e-4)
LEAST, MOST, SHOTS = 3, 4, 2
VIDEOS, LISTED, UNLISTED = 6, 5, 10
# Of the five landmarks, around their middle: degrees, scale, shift in distances of the eyes.
CUTS = ((5.0, 1.0, 0.04, 0.0), (-5.0, 1.0, -0.04, 0.0), (2.5, 1.06, 0.0, 0.04), (-2.5, 0.94, 0, 0))
NEAREST = (50, 300)
EXPONENTS = (0.25, 0.5)
REPLICATES = 1000
PRODUCT = "as the product does"


class Cut:
    """Another cut of the same face: its landmarks turned, scaled and shifted."""

    def __init__(self, degrees: float, scale: float, right: float, down: float) -> None:
        self._degrees, self._scale, self._shift = degrees, scale, np.array([right, down])
        self.key: dict[str, object] = {"cut": [degrees, scale, right, down]}

    def photo(self, image: Image) -> Image:
        """Return the photograph as it is."""
        return image

    def face(self, face: Face, image: Image) -> Face:
        """Return the face with its landmarks moved."""
        points = face.landmarks_px.astype(np.float64)
        middle, turn = points.mean(axis=0), np.deg2rad(self._degrees)
        cosine, sine = np.cos(turn), np.sin(turn)
        matrix = self._scale * np.array([[cosine, sine], [-sine, cosine]])
        eyes_px = np.linalg.norm(points[1] - points[0])
        moved = (points - middle) @ matrix + middle + self._shift * eyes_px
        return Face(face.box_xyxy_px, face.score, moved.astype(np.float32))

    def chip(self, chip: Chip, image: Image) -> Chip:
        """Return the chip as it is."""
        return chip


@dataclass(frozen=True, eq=False)
class Test:
    """People with photographs, rows of a collection, and the cohort that norms their scores."""

    name: str
    photos: LabelledPhotos
    face_px: int
    rows: list[list[int]]
    """Of each person, so many photographs as are used."""


def people_of(photos: LabelledPhotos, keep: set[str], *, most: int, seed: int) -> list[list[int]]:
    """Draw the photographs of those who have enough: at most ``most`` people."""
    rng = np.random.default_rng(seed)
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, person in enumerate(photos.people):
        if person in keep:
            rows[person].append(row)
    names = [name for name in sorted(rows) if len(rows[name]) >= LEAST]
    chosen = rng.permutation(names)[:most]
    return [[int(row) for row in rng.permutation(rows[str(n)])[:MOST]] for n in chosen]


def in_videos(lfw: Path) -> set[str]:
    """Return everybody whom the videos of ``watch.py`` show."""
    names: set[str] = set()
    for seed in range(VIDEOS):
        stays, _ = plan(lfw, listed=LISTED, unlisted=UNLISTED, photos=SHOTS, seed=seed)
        names |= {stay.person for stay in stays}
    return names


class Views:
    """Embeddings of photographs, in each of the ways."""

    def __init__(self, bundle: Bundle, cache: Path) -> None:
        self._bundle, self._cache = bundle, cache

    def __call__(
        self,
        photos: LabelledPhotos,
        rows: Sequence[int],
        face_px: int,
        *,
        flip: bool = True,
        cut: Cut | None = None,
    ) -> tuple[Float64, Any]:
        finder = CentralFaceFinder(min_face_px=face_px, cache=self._cache)
        embed = FaceEmbedder(
            Embedder(self._bundle, flip=flip),
            finder,
            cache=self._cache,
            change=cut,
            progress=lambda done, of: print(f"\r{done}/{of} ", end="", file=sys.stderr),
        )
        vectors, found = embed([photos.paths[row] for row in rows])
        return vectors.astype(np.float64), found


def unit(rows: Float64) -> Float64:
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


@dataclass(frozen=True, eq=False)
class Visits:
    """Draws of an enrolled photograph and the shots of a visit for each person: row numbers."""

    enrolled: Any
    shots: Any

    @classmethod
    def draw(cls, counts: Sequence[int], *, seed: int) -> Visits:
        """Let each photograph be the enrolled one in a draw, where there are so many."""
        rng = np.random.default_rng(seed)
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        enrolled = np.empty((MOST, len(counts)), int)
        shots = np.empty((MOST, len(counts), SHOTS), int)
        for person, (start, count) in enumerate(zip(starts, counts, strict=True)):
            for number in range(MOST):
                first = number % count
                others = [one for one in range(count) if one != first]
                enrolled[number, person] = start + first
                shots[number, person] = start + rng.permutation(others)[:SHOTS]
        return cls(enrolled, shots)

    def means(self, vectors: Float64) -> Float64:
        """Return ``(draws, P, D)`` means of the shots."""
        means: Float64 = vectors[self.shots].mean(axis=2)
        return means


def scores(enrolled: Float64, means: Float64) -> Float64:
    """Return ``(draws, P, P)``: whose visit, to whose enrolled photograph."""
    table: Float64 = np.einsum("dpx,dqx->dpq", means, enrolled)
    return table


def normalised(table: Float64, enrolled: Float64, means: Float64, cohort: Float64, n: int) -> Any:
    """Norm scores by both sides' nearest ``n`` of the cohort."""

    def nearest(rows: Float64) -> tuple[Float64, Float64]:
        top = np.sort(rows @ cohort.T, axis=-1)[..., -n:]
        return top.mean(axis=-1), top.std(axis=-1)

    (e_mean, e_sd), (v_mean, v_sd) = nearest(enrolled), nearest(means)
    by_enrolled = (table - e_mean[:, None, :]) / e_sd[:, None, :]
    by_visit = (table - v_mean[:, :, None]) / v_sd[:, :, None]
    return (by_enrolled + by_visit) / 2


@dataclass(frozen=True, eq=False)
class Separation:
    """How many visits are missed at a rate: the figure, and in each draw of people."""

    fnmr: Float64
    drawn: Float64


def separation(table: Float64, draws: Float64) -> Separation:
    """Measure FNMR at each of ``RATES``; ``draws`` is ``(R, P)``, how often each person counts."""
    people = table.shape[1]
    own = np.eye(people, dtype=bool)
    genuine = table[:, own]
    visits, enrolled = np.nonzero(~own)
    impostors = table[:, visits, enrolled].ravel()
    # No draw needs more of the highest than this for its threshold.
    kept = np.argsort(impostors)[::-1][: int(20 * max(RATES) * len(impostors))]
    values = impostors[kept]
    pair = kept % len(visits)

    def fnmr(weights: Float64) -> list[float]:
        passed = np.cumsum(weights[visits[pair]] * weights[enrolled[pair]])
        total = len(table) * (weights.sum() ** 2 - (weights**2).sum())
        found = []
        for rate in RATES:
            at = int(np.searchsorted(passed, rate * total, side="right"))
            assert at < len(values), "too few of the highest were kept"
            missed = (genuine <= values[at]).mean(axis=0)
            found.append(float(missed @ weights / weights.sum()))
        return found

    return Separation(
        np.array(fnmr(np.ones(people))), np.array([fnmr(weights) for weights in draws])
    )


def tables(
    views: Views, test: Test, cohort: Float64, draw: Visits, rows: Sequence[int]
) -> dict[str, Float64]:
    """Return the scores of every way."""
    product, _ = views(test.photos, rows, test.face_px)
    plain, _ = views(test.photos, rows, test.face_px, flip=False)
    cuts = [views(test.photos, rows, test.face_px, cut=Cut(*one))[0] for one in CUTS]
    many = unit(product + np.sum(cuts, axis=0))
    enrolled, means = product[draw.enrolled], draw.means(product)
    base = scores(enrolled, means)
    middle = cohort.mean(axis=0)
    centred = unit(product - middle)
    shots = product[draw.shots]
    found = {
        PRODUCT: base,
        "no mirror image": scores(plain[draw.enrolled], draw.means(plain)),
        "five cuts of the enrolled": scores(many[draw.enrolled], means),
        "five cuts of all": scores(many[draw.enrolled], draw.means(many)),
        "mean of shots to unit norm": scores(enrolled, unit(means)),
        "best shot": np.max([scores(enrolled, shots[:, :, one]) for one in range(SHOTS)], axis=0),
        "cohort's mean taken off": scores(centred[draw.enrolled], draw.means(centred)),
    }
    lengths = np.linalg.norm(means, axis=-1)[:, :, None]
    found |= {f"corrected, exponent {one}": base / lengths**one for one in EXPONENTS}
    for n in NEAREST:
        found[f"normalised by the nearest {n}"] = normalised(base, enrolled, means, cohort, n)
    return found


def measure(views: Views, test: Test, cohort: Float64, *, seed: int) -> dict[str, Any]:
    """Measure every way on one test."""
    every = [row for person in test.rows for row in person]
    _, found = views(test.photos, every, test.face_px)
    known = {row for row, there in zip(every, found, strict=True) if there}
    people = [[row for row in person if row in known] for person in test.rows]
    people = [person for person in people if len(person) >= LEAST]
    rows = [row for person in people for row in person]
    draw = Visits.draw([len(person) for person in people], seed=seed)
    draws = people_draws(len(people), replicates=REPLICATES, seed=seed)
    base: Separation | None = None
    ways = []
    for name, table in tables(views, test, cohort, draw, rows).items():
        one = separation(table, draws)
        base = base or one
        for column, rate in enumerate(RATES):
            ratios = one.drawn[:, column] / base.drawn[:, column]
            ways.append(
                {
                    "way": name,
                    "fmr": rate,
                    "fnmr": one.fnmr[column],
                    "fnmr_95": np.percentile(one.drawn[:, column], [2.5, 97.5]).tolist(),
                    "ratio": one.fnmr[column] / base.fnmr[column],
                    "ratio_95": np.percentile(ratios, [2.5, 97.5]).tolist(),
                }
            )
            print(
                f"{test.name:8} {name:28} FMR {rate:g}: FNMR {one.fnmr[column]:6.2%} "
                f"[{ways[-1]['fnmr_95'][0]:.2%}, {ways[-1]['fnmr_95'][1]:.2%}]  "
                f"x{ways[-1]['ratio']:.2f} "
                f"[{ways[-1]['ratio_95'][0]:.2f}, {ways[-1]['ratio_95'][1]:.2f}]"
            )
    pairs = MOST * len(people) * (len(people) - 1)
    return {"people": len(people), "visits": MOST * len(people), "strangers": pairs, "ways": ways}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=900, help="of each test, at most")
    parser.add_argument("--seed", type=int, default=0)
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
    shown = in_videos(data / "lfw")
    draw = {"most": arguments.people, "seed": arguments.seed}
    tests = [
        Test("LFW", lfw, LFW_FACE_PX, people_of(lfw, set(lfw.people) - shown, **draw)),
        Test("CelebA", celeba, CELEBA_FACE_PX, people_of(celeba, set(known), **draw)),
    ]
    tested = {celeba.people[row] for person in tests[1].rows for row in person}
    first = {person: row for row, person in enumerate(celeba.people) if person in known - tested}
    vectors, found = views(celeba, list(first.values()), CELEBA_FACE_PX)
    cohort = vectors[found]
    measured = {test.name: measure(views, test, cohort, seed=arguments.seed) for test in tests}
    about = conditions(
        ("onnxruntime",),
        bundle=bundle.id,
        cohort=len(cohort),
        shots=SHOTS,
        photographs=f"{LEAST} to {MOST} a person",
        cuts=[list(one) for one in CUTS],
        in_videos=len(shown),
        replicates=REPLICATES,
        seed=arguments.seed,
    )
    print(write_result("separation", {"conditions": about, "tests": measured}))


if __name__ == "__main__":
    run_script(main)
