"""Why strangers in LFW pass the built-in thresholds less often than CelebA's: three guesses.

Thresholds fitted on CelebA at FAR 1e-3 are applied to all pairs of strangers among the photographs
of LFW's list: with all of CelebA's faces; with those alone that the program has no complaint about
(40 px, sharp, not turned away …); and with LFW's faces reduced to as many pixels as CelebA's have.

    python benchmarks/calibration_transfer.py
"""

from __future__ import annotations

import argparse
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from _bundles import DLIB, bundles_at_hand
from _conditions import conditions, write_result
from _script import run_script
from calibrate_builtin import CELEBA_FACE_PX, DATA, LFW_FACE_PX, Sources, strangers
from facemetric.align import TEMPLATES, align_faces
from facemetric.bundle import OperatingPoint, cache_folder, open_bundle
from facemetric.datasets import (
    LabelledPhotos,
    data_root,
    load_photo,
    read_celeba,
    read_identity_folders,
    read_lfw_pairs,
)
from facemetric.embed import Embedder
from facemetric.evaluation import CentralFaceFinder, CentralFaces, FaceEmbedder
from facemetric.evaluation.calibration import check_points, measure_points
from facemetric.evaluation.studies import STUDIES, NetworkShape
from facemetric.quality import measure_chip, quality_problems

FARS = (1e-2, 1e-3, 1e-4)


def without_problems(photos: LabelledPhotos, faces: CentralFaces) -> Any:
    """Return ``bool (N,)``: a face was found, and the program's own checks say nothing of it."""

    def good(row: int) -> bool:
        face = faces[row]
        if face is None:
            return False
        (chip,) = align_faces(load_photo(photos.paths[row]), [face], "arcface-112")
        return not quality_problems(measure_chip(chip))

    with ThreadPoolExecutor(2) as pool:
        return np.array(list(pool.map(good, range(len(photos)))))


def eye_distance_px(faces: CentralFaces) -> float:
    points = faces.landmarks_px[faces.found]
    return float(np.median(np.linalg.norm(points[:, 1] - points[:, 0], axis=1)))


def facts(points: tuple[OperatingPoint, ...], vectors: Any, people: Any) -> list[dict[str, float]]:
    return [
        {
            "far": point.far,
            "similarity": point.similarity,
            "realised_by_nominal": point.ratio,
            "low": point.realised.low / point.far,
            "high": point.realised.high / point.far,
        }
        for point in check_points(points, vectors, people)
    ]


def main() -> None:
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    ).parse_args()
    data, cache = data_root(), cache_folder() / "evaluation"
    celeba, pairs = read_celeba(data), read_lfw_pairs(data / "lfw")
    people = np.unique(pairs.people, return_inverse=True)[1]
    bundle = open_bundle(DLIB)
    network = Embedder(bundle)
    finders = {
        px: CentralFaceFinder(min_face_px=px, cache=cache) for px in (CELEBA_FACE_PX, LFW_FACE_PX)
    }
    faces = finders[CELEBA_FACE_PX](celeba.paths)
    lfw_faces = finders[LFW_FACE_PX](pairs.paths)
    fitted, _ = FaceEmbedder(network, finders[CELEBA_FACE_PX], cache=cache)(celeba.paths)
    vectors, _ = FaceEmbedder(network, finders[LFW_FACE_PX], cache=cache)(pairs.paths)
    # Of the built-in table: people who are in LFW too, and doubles, are out of it.
    table = next(one for one in bundle.manifest.calibrations if one.flip)
    shipped = tuple(point for point in table.points if point.far in FARS)
    with tempfile.TemporaryDirectory() as scratch:
        judge = list(bundles_at_hand(data, Path(scratch), keras_h5=None))[-1]
        sources = Sources(celeba, read_identity_folders(data / "lfw"), pairs, cache)
        known = strangers(sources, judge).people
    good = without_problems(celeba, faces) & np.isin(celeba.people, list(known))
    strict = measure_points(fitted[good], celeba.labels[good], data=DATA, fars=FARS)
    template = TEMPLATES[bundle.manifest.alignment.template]
    assert template.points_px is not None
    eyes_px = float(np.linalg.norm(template.points_px[1] - template.points_px[0]))
    pixels = round((template.width_px * eye_distance_px(faces) / eyes_px) ** 2)
    shape = NetworkShape((template.width_px, template.height_px), network.dim)
    change = STUDIES["pixels"].change(pixels, shape)
    reduced, _ = FaceEmbedder(network, finders[LFW_FACE_PX], cache=cache, change=change)(
        pairs.paths
    )
    rows = {
        "all faces of CelebA (the built-in table)": facts(shipped, vectors, people),
        "faces without a complaint": facts(strict, vectors, people),
        f"LFW's chips reduced to {pixels:,} pixels": facts(shipped, reduced, people),
    }
    for name, points in rows.items():
        print(name)
        for point in points:
            print(
                f"  FAR {point['far']:g}: {point['realised_by_nominal']:.2f} times "
                f"[{point['low']:.2f}, {point['high']:.2f}]"
            )
    about = conditions(
        ("onnxruntime",),
        bundle=DLIB,
        flip=True,
        fitted_on=DATA,
        faces_without_a_complaint=int(good.sum()),
        eye_distance_px={"CelebA": eye_distance_px(faces), "LFW": eye_distance_px(lfw_faces)},
        checked_on=f"LFW, all pairs of strangers among the {len(pairs.paths):,} photographs of "
        "its list; 95 % over people",
        seed=0,
    )
    print(write_result("calibration_transfer", {"rows": rows, "conditions": about}))


if __name__ == "__main__":
    run_script(main)
