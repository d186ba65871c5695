"""Near-duplicate photographs: recall on altered copies, false alarms, speed; leakage of real sets.

The same photographs go through ``imagehash.phash`` (Hamming distance alone). Among the photographs
of LFW and CelebA a pair that is found is judged by its faces: below a cosine of 0.5 of
mobilefacenet-ms1m it is a false alarm. Embeddings are cached; ``--no-faces`` does without them.

    python benchmarks/near_duplicates.py
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from _bundles import MOBILEFACENET, bundles_at_hand
from _conditions import conditions, write_result
from _peer import Peer, add_peer_option
from _script import run_script
from facemetric.bundle import cache_folder
from facemetric.datasets import (
    LabelledPhotos,
    data_root,
    read_celeba,
    read_celeba10k,
    read_celeba299,
    read_identity_folders,
    read_lfw_pairs,
)
from facemetric.embed import Embedder
from facemetric.evaluation import CentralFaceFinder, FaceEmbedder
from facemetric.evaluation.leakage import (
    ThumbnailReader,
    Thumbnails,
    check_folds,
    check_training,
    copy_similarity,
    same_pictures,
)
from facemetric.evaluation.leakage.hamming import near_bits
from facemetric.evaluation.task import fold_of_photos
from facemetric.images import load_image

COPIES, SPEED_PHOTOS, SEARCHED = 600, 1000, 20_000
PEER_BITS = (4, 8, 12)
STRANGERS, PERSON_SIMILARITY = 0.5, 0.56
Change = Callable[[np.ndarray], np.ndarray]


def jpeg(quality: int) -> Change:
    def change(pixels: np.ndarray) -> np.ndarray:
        flags = [cv2.IMWRITE_JPEG_QUALITY, quality]
        return cv2.imdecode(cv2.imencode(".jpg", pixels, flags)[1], cv2.IMREAD_COLOR)

    return change


def scaled(factor: float) -> Change:
    mode = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return lambda pixels: cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=mode)


def brighter(factor: float) -> Change:
    return lambda pixels: np.clip(pixels * factor, 0, 255).astype(np.uint8)


def cut(share: float, *, anywhere: bool, seed: int = 0) -> Change:
    """Cut off ``share`` of each border, or as much in all with the rest anywhere."""
    rng = np.random.default_rng(seed)

    def change(pixels: np.ndarray) -> np.ndarray:
        sides = []
        for side in pixels.shape[:2]:
            lost = 2 * round(side * share)
            start = int(rng.integers(lost + 1)) if anywhere else lost // 2
            sides.append(slice(start, side - lost + start))
        return pixels[tuple(sides)]

    return change


CHANGES: dict[str, Change] = {
    **{f"JPEG quality {quality}": jpeg(quality) for quality in (30, 50, 70, 90)},
    "half the size": scaled(0.5),
    "twice the size": scaled(2),
    "brightness -20 %": brighter(0.8),
    "brightness +20 %": brighter(1.2),
    "2 % of width and height cut off, anywhere": cut(0.01, anywhere=True),
    "5 % of width and height cut off, anywhere": cut(0.025, anywhere=True),
    "5 % of each border cut off": cut(0.05, anywhere=False),
    "mirrored": lambda pixels: pixels[:, ::-1],
    "half the size, -20 %, quality 50": lambda pixels: jpeg(50)(brighter(0.8)(scaled(0.5)(pixels))),
}


def recall(photos: LabelledPhotos, peer: Peer, scratch: Path, *, seed: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    chosen = photos.take(np.sort(rng.choice(len(photos), COPIES, replace=False)))
    originals = ThumbnailReader()(chosen.paths)
    peer_originals = bits(peer.ask(paths=[str(path) for path in chosen.paths])["hashes"])
    rows = []
    for name, change in CHANGES.items():
        copies = []
        for row, path in enumerate(chosen.paths):
            pixels = np.ascontiguousarray(load_image(path).pixels[:, :, ::-1])
            copies.append(scratch / f"{row}.png")
            cv2.imwrite(str(copies[-1]), np.ascontiguousarray(change(pixels)))
        found = same_pictures(originals, ThumbnailReader()(copies)).rows
        hashes = bits(peer.ask(paths=[str(path) for path in copies])["hashes"])
        apart = distances(peer_originals, hashes)
        rows.append(
            {
                "change": name,
                "recall": float((found[:, 0] == found[:, 1]).sum() / COPIES),
                "other_pairs": int((found[:, 0] != found[:, 1]).sum()),
                "peer_recall": {most: float((apart <= most).mean()) for most in PEER_BITS},
            }
        )
        print(
            f"{name:44}{rows[-1]['recall']:>8.1%}"
            + "".join(f"{rows[-1]['peer_recall'][most]:>10.1%}" for most in PEER_BITS),
            flush=True,
        )
    return rows


def bits(hashes: list[str]) -> np.ndarray:
    return np.array([int(value, 16) for value in hashes], np.uint64)


def distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.array(
        [int(a ^ b).bit_count() for a, b in zip(first.tolist(), second.tolist(), strict=True)]
    )


class Faces:
    """Embeddings of the judge, from the cache where they are there."""

    def __init__(self, data: Path, scratch: Path, cache: Path) -> None:
        every = bundles_at_hand(data, scratch, keras_h5=None)
        bundle = next(bundle for bundle in every if bundle.id == MOBILEFACENET)
        embedder = Embedder(bundle, flip=True)
        self.lfw, self.celeba = (
            FaceEmbedder(embedder, CentralFaceFinder(min_face_px=px, cache=cache), cache=cache)
            for px in (40, 20)
        )


def judged(rows: np.ndarray, first: Any, second: Any) -> dict[str, int]:
    """Count the pairs whose faces are alike, different, or not both found."""
    both = first[1][rows[:, 0]] & second[1][rows[:, 1]]
    alike = np.einsum("kd,kd->k", first[0][rows[:, 0]], second[0][rows[:, 1]])
    return {
        "same_face": int((both & (alike >= STRANGERS)).sum()),
        "different_faces": int((both & (alike < STRANGERS)).sum()),
        "no_face": int((~both).sum()),
    }


def within(photos: LabelledPhotos, pictures: Thumbnails, peer: Peer, faces: Any) -> dict[str, Any]:
    start = time.perf_counter()
    found = same_pictures(pictures)
    seconds = time.perf_counter() - start
    people = np.array(photos.people)
    other = people[found.rows[:, 0]] != people[found.rows[:, 1]]
    hashes = bits(peer.ask(paths=[str(path) for path in photos.paths])["hashes"])
    near = list(near_bits([(hashes, hashes)], most_bits=max(PEER_BITS), one_set=True))
    rows = np.concatenate([part.rows for part in near])
    apart = np.concatenate([part.bits for part in near])
    result: dict[str, Any] = {
        "photographs": len(photos),
        "pairs": len(photos) * (len(photos) - 1) // 2,
        "found": len(found),
        "identical_files": int(found.identical.sum()),
        "mirrored": int(found.mirrored.sum()),
        "under_two_names": int(other.sum()),
        "least_correlation": float(found.correlations.min()),
        "seconds": round(seconds, 2),
        "peer_found": {most: int((apart <= most).sum()) for most in PEER_BITS},
    }
    if faces is not None:
        result["judged"] = judged(found.rows, faces, faces)
        result["peer_judged"] = {
            most: judged(rows[apart <= most], faces, faces) for most in PEER_BITS
        }
    return result


def speed(photos: LabelledPhotos, peer: Peer) -> dict[str, float]:
    paths = photos.paths[:SPEED_PHOTOS]
    reader = ThumbnailReader(workers=1)
    reader(paths[:50])
    start = time.perf_counter()
    reader(paths)
    ours = time.perf_counter() - start
    theirs = peer.ask(paths=[str(path) for path in paths])["seconds"]
    rng = np.random.default_rng(0)
    first, second = (rng.integers(0, 2**64, SEARCHED, np.uint64) for _ in range(2))
    start = time.perf_counter()
    sum(len(near.bits) for near in near_bits([(first, second)], most_bits=12))
    return {
        "ms_a_photograph": ours / len(paths) * 1e3,
        "peer_ms_a_photograph": theirs / len(paths) * 1e3,
        "ratio": theirs / ours,
        f"seconds_{SEARCHED}_x_{SEARCHED}": time.perf_counter() - start,
    }


def told(answer: Any) -> dict[str, Any]:
    """Return counts only: the findings name people."""
    return {
        "checked": [{"compared": check.compared, "found": check.found} for check in answer.checked],
        "not_checked": list(answer.not_checked),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add_peer_option(parser)
    parser.add_argument("--no-faces", action="store_true", help="judge nothing by embeddings")
    parser.add_argument("--cache", type=Path, default=cache_folder() / "evaluation")
    options = parser.parse_args()
    data = data_root()
    lfw, celeba = read_identity_folders(data / "lfw"), read_celeba(data)
    view2 = read_lfw_pairs(data / "lfw")
    part, rest = read_celeba299(data / "celeba299"), read_celeba10k(data / "celeba10k")
    reader = ThumbnailReader(cache=options.cache)
    result: dict[str, Any] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        Peer("imagehash_phash.py", python=options.peer_python) as peer,
    ):
        scratch = Path(folder)
        faces = None if options.no_faces else Faces(data, scratch, options.cache)
        sets = {"LFW": lfw, "CelebA": celeba}
        embed = {"LFW": faces.lfw, "CelebA": faces.celeba} if faces else {}
        vectors = {name: embed[name](photos.paths) for name, photos in sets.items() if faces}
        print(
            f"{'copies found':44}{'ours':>8}" + "".join(f"{f'<= {n} bit':>10}" for n in PEER_BITS)
        )
        result["recall"] = {
            name: recall(photos, peer, scratch, seed=0) for name, photos in sets.items()
        }
        result["within"] = {
            name: within(photos, reader(photos.paths), peer, vectors.get(name))
            for name, photos in sets.items()
        }
        result["speed"] = speed(lfw, peer)
        options_of_faces: dict[str, Any] = {}
        if faces:
            result["copy_similarity"] = {
                name: {
                    quality: copy_similarity(photos.paths, embed[name], quality=quality)
                    for quality in (30, 50, 70, 90)
                }
                for name, photos in sets.items()
            }
            options_of_faces = {
                "face_similarity": round(result["copy_similarity"]["LFW"][70], 3),
                "person_similarity": PERSON_SIMILARITY,
            }
        result["leakage"] = checks(
            view2, lfw, celeba, part, rest, vectors, faces, options_of_faces, options.cache
        )
        result["conditions"] = conditions(("imagehash",), peer=peer.ready, seed=0, copies=COPIES)
    for name, found in result["within"].items():
        print(name, found)
    print(result["speed"], result.get("copy_similarity"), sep="\n")
    for name, found in result["leakage"].items():
        print(
            name, *(f"  {item['compared']}: {item['found']}" for item in found["checked"]), sep="\n"
        )
    print(write_result("near_duplicates", result))


def checks(
    view2: Any,
    lfw: LabelledPhotos,
    celeba: LabelledPhotos,
    part: LabelledPhotos,
    rest: LabelledPhotos,
    vectors: dict[str, Any],
    faces: Faces | None,
    similarities: dict[str, Any],
    cache: Path,
) -> dict[str, Any]:
    folds, against, halves = {}, {}, {}
    if faces is not None:
        folds = _side(faces.lfw(view2.paths))
        against = _side(vectors["LFW"]) | _side(vectors["CelebA"], "training_")
        halves = _side(faces.celeba(part.paths)) | _side(faces.celeba(rest.paths), "training_")
    fold = fold_of_photos(len(view2.paths), view2.pairs, view2.fold)
    answers = {
        "LFW view 2, ten folds": check_folds(
            view2.paths, view2.people, fold, cache=cache, **folds, **similarities
        ),
        "LFW against CelebA": check_training(
            lfw.paths,
            lfw.people,
            celeba.paths,
            celeba.people,
            cache=cache,
            **against,
            **similarities,
        ),
        "celeba299 against celeba10k": check_training(
            part.paths,
            part.people,
            rest.paths,
            rest.people,
            shared_ids=True,
            cache=cache,
            **halves,
            **similarities,
        ),
    }
    for name, answer in answers.items():
        print(f"\n{name}\n{answer}", file=sys.stderr)
    result = {name: told(answer) for name, answer in answers.items()}
    if faces is not None:
        result["celeba299 against celeba10k"]["shared_files_by_face"] = shared_by_face(
            part, rest, halves, similarities["face_similarity"]
        )
    return result


def shared_by_face(
    part: LabelledPhotos, rest: LabelledPhotos, sides: dict[str, Any], least: float
) -> dict[str, Any]:
    """How many of the files that both parts have would have been found without their names."""
    row_of = {path.name: row for row, path in enumerate(rest.paths)}
    pairs = [(row, row_of[p.name]) for row, p in enumerate(part.paths) if p.name in row_of]
    first, second = np.array(pairs).T
    both = sides["found"][first] & sides["training_found"][second]
    alike = np.einsum("kd,kd->k", sides["vectors"][first], sides["training_vectors"][second])[both]
    return {
        "files": len(pairs),
        "faces_in_both": int(both.sum()),
        "cosine_percentiles_1_10_50": np.percentile(alike, [1, 10, 50]).round(3).tolist(),
        "found": {str(limit): int((alike >= limit).sum()) for limit in (0.8, 0.9, least)},
    }


def _side(embedded: Any, prefix: str = "") -> dict[str, Any]:
    return {f"{prefix}vectors": embedded[0], f"{prefix}found": embedded[1]}


if __name__ == "__main__":
    run_script(main)
