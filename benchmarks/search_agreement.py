"""Does the quick search find what comparing all floats finds? Real faces, and a million drawn ones.

    python benchmarks/search_agreement.py

Every face of LFW and of CelebA's subsets is looked for among all the others, by the whole
gallery (codes, then the stored floats of the best candidates) and by codes alone. The reference is
a float32 matrix product whose 64 best are ordered in double precision. Of the drawn faces, people
with ten photographs each, some are looked for with another photograph.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from _bundles import bundles_at_hand
from _conditions import conditions, write_result
from _script import run_script
from facemetric.bundle import Bundle, cache_folder
from facemetric.datasets import data_root, read_celeba, read_identity_folders
from facemetric.embed import Embedder
from facemetric.evaluation import CentralFaceFinder, FaceEmbedder
from facemetric.gallery import Gallery, NewSample
from facemetric.index import Codec, CodeIndex

NEIGHBOURS = 10
CANDIDATES = 64
CHUNK = 65_536
QUERIES_AT_ONCE = 512
BARS = {"gallery": 1.0, "codes alone": 0.999}
CELEBA_FACE_PX, LFW_FACE_PX = 20, 40
DIM, PHOTOS, NOISE = 128, 10, 0.05
Floats = NDArray[np.float32]
Places = NDArray[np.int64]


def real(bundle: Bundle, data: Path, cache: Path) -> Floats:
    """Return the embeddings of both collections, of the photographs with a face."""
    found = []
    for paths, face_px in (
        (read_celeba(data).paths, CELEBA_FACE_PX),
        (read_identity_folders(data / "lfw").paths, LFW_FACE_PX),
    ):
        finder = CentralFaceFinder(min_face_px=face_px, cache=cache)
        vectors, usable = FaceEmbedder(Embedder(bundle, flip=True), finder, cache=cache)(paths)
        found.append(vectors[usable])
    return np.concatenate(found)


def drawn(faces: int) -> Floats:
    """Return unit embeddings around people's directions."""
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((faces // PHOTOS, DIM), dtype=np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    vectors = np.repeat(centres, PHOTOS, axis=0)
    vectors += NOISE * rng.standard_normal(vectors.shape, dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def reference(queries: Floats, vectors: Floats, count: int) -> Places:
    """Return the nearest rows by comparing all floats."""
    places = []
    for start in range(0, len(queries), QUERIES_AT_ONCE):
        some = queries[start : start + QUERIES_AT_ONCE]
        candidates = np.empty((len(some), 0), np.int64)
        products = np.empty((len(some), 0), np.float32)
        for first in range(0, len(vectors), CHUNK):
            part = some @ vectors[first : first + CHUNK].T
            best = np.argpartition(part, -CANDIDATES, axis=1)[:, -CANDIDATES:]
            candidates = np.concatenate([candidates, best + first], axis=1)
            products = np.concatenate([products, np.take_along_axis(part, best, 1)], axis=1)
        kept = np.argpartition(products, -CANDIDATES, axis=1)[:, -CANDIDATES:]
        candidates = np.take_along_axis(candidates, kept, 1)
        exact = np.einsum(
            "qcd,qd->qc", vectors[candidates].astype(np.float64), some.astype(np.float64)
        )
        order = np.lexsort((candidates, -exact), axis=1)[:, :count]
        places.append(np.take_along_axis(candidates, order, 1))
    return np.concatenate(places)


def by_gallery(queries: Floats, vectors: Floats, count: int) -> Places:
    """Return the nearest rows as a gallery on the disk finds them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "faces.db"
        with Gallery.open(path, bundle="measured", dim=vectors.shape[1]) as gallery:
            people = (
                (f"Face {row}", [NewSample(vector, f"{row}.jpg", flip=True)])
                for row, vector in enumerate(vectors)
            )
            for _ in gallery.enroll_many(people, chunk_people=50_000):
                pass
            answers = [
                match
                for start in range(0, len(queries), QUERIES_AT_ONCE)
                for match in gallery.search(queries[start : start + QUERIES_AT_ONCE], count)
            ]
    return np.array([[int(match.name.split()[1]) for match in one] for one in answers])


def by_codes(queries: Floats, vectors: Floats, count: int) -> Places:
    """Return the nearest rows by one-byte codes alone."""
    codec = Codec.fit(vectors[:: max(len(vectors) // 32_768, 1)])
    index = CodeIndex(codec)
    for first in range(0, len(vectors), CHUNK):
        index.add(codec.encode(vectors[first : first + CHUNK]))
    return index.search(queries, count)[0]


def compared(queries: Floats, vectors: Floats, own: Places | None) -> dict[str, Any]:
    """Return the shares of equal answers; ``own`` are rows that must not be found."""
    count = NEIGHBOURS + (own is not None)
    exact = _without(reference(queries, vectors, count), own)
    found: dict[str, Any] = {"faces": len(vectors), "queries": len(queries)}
    for name, way in (("gallery", by_gallery), ("codes alone", by_codes)):
        places = _without(way(queries, vectors, count), own)
        overlap = [
            len(set(a) & set(b)) for a, b in zip(places.tolist(), exact.tolist(), strict=True)
        ]
        best = (vectors[places[:, 0]].astype(np.float64) * queries).sum(axis=1)
        wanted = (vectors[exact[:, 0]].astype(np.float64) * queries).sum(axis=1)
        found[name] = {
            # Copies of one picture are equally near: either is the nearest.
            "nearest": float((best >= wanted).mean()),
            "most_similarity_lost": float((wanted - best).max()),
            "ten_nearest": float(np.mean(overlap) / NEIGHBOURS),
        }
    return found


def _without(places: Places, own: Places | None) -> Places:
    """Leave each query's own row out, or else the last place."""
    if own is None:
        return places
    kept = places != own[:, None]
    kept[kept.all(axis=1), -1] = False
    return places[kept].reshape(len(places), -1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--drawn", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=2_000, help="of the drawn faces")
    parser.add_argument("--cache", type=Path, default=cache_folder() / "evaluation")
    chosen = parser.parse_args()
    results: dict[str, Any] = {}
    data = data_root()
    with tempfile.TemporaryDirectory() as scratch:
        for bundle in bundles_at_hand(data, Path(scratch), keras_h5=None):
            vectors = real(bundle, data, chosen.cache)
            name = f"LFW and CelebA, {bundle.manifest.id}"
            results[name] = compared(vectors, vectors, np.arange(len(vectors)))
            print(name, results[name], flush=True)
    vectors = drawn(chosen.drawn)
    rng = np.random.default_rng(1)
    queries = vectors[rng.integers(0, len(vectors), chosen.queries)]
    queries = queries + NOISE * rng.standard_normal(queries.shape, dtype=np.float32)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    results["drawn"] = compared(queries, vectors, None)
    print("drawn", results["drawn"])
    met = all(
        found[way]["nearest"] >= bar for found in results.values() for way, bar in BARS.items()
    )
    facts = conditions(("onnxruntime",), neighbours=NEIGHBOURS)
    write_result(
        "search_agreement", {"conditions": facts, "bars": BARS, "met": met, "found": results}
    )


if __name__ == "__main__":
    run_script(main)
