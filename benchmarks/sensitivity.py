"""Every sensitivity study, on FaceNet's own figure and on LFW's, for every bundle at hand.

The photographs are those of the first pairs of LFW's first five folds, which share nobody: all
pairs within each fold give VAL at FAR 1e-3 as mean ± standard error over five splits (FaceNet,
section 4.1), the listed pairs an accuracy, the threshold of each fold chosen on the other four.
Embeddings are cached, so a stopped run continues. Figures do not depend on what else runs.

    python benchmarks/sensitivity.py --threads 1
    python benchmarks/sensitivity_figures.py  # the plots and tables of the documentation
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from _bundles import bundles_at_hand
from _conditions import conditions, write_result
from _script import run_script
from facemetric.bundle import Bundle, cache_folder
from facemetric.datasets import LfwPairs, data_root, read_lfw_pairs
from facemetric.embed import Embedder
from facemetric.evaluation import (
    CentralFaceFinder,
    Change,
    Embed,
    Evaluation,
    FaceEmbedder,
    Figure,
    Part,
    Settings,
    Task,
)
from facemetric.evaluation.parts import measure_splits
from facemetric.evaluation.protocols.pair_list import PairList, measure_list, pair_similarities
from facemetric.evaluation.studies import STUDIES, NetworkShape, Study, StudyResult, run_study
from facemetric.evaluation.task import person_numbers
from facemetric.types import Float32

SPLITS = 5
MIN_FACE_PX = 40
VAL, ACCURACY = "VAL at FAR 0.001", "accuracy"


@dataclass(frozen=True, eq=False, kw_only=True)
class FoldsTask(Task):
    """All pairs within each fold, and the pairs that LFW lists."""

    protocol: ClassVar[str] = "lfw-folds"
    listed: PairList

    def measure(
        self, vectors: Float32, found: NDArray[np.bool_], settings: Settings
    ) -> tuple[Part, ...]:
        people = person_numbers(self.people)
        assert self.fold is not None
        listed = self.listed
        return (
            measure_splits("all pairs", vectors, people, self.fold, settings),
            measure_list(
                listed,
                pair_similarities(vectors, listed.pairs),
                settings,
                people=people[listed.pairs],
                found=found[listed.pairs].all(axis=1),
            ),
        )


def folds_task(lfw: LfwPairs, *, pairs_each: int) -> FoldsTask:
    """Take the first pairs of one person, and of different people, of each of the first folds."""
    kept = np.sort(
        np.concatenate(
            [
                np.flatnonzero((lfw.fold == fold) & (lfw.same == same))[:pairs_each]
                for fold in range(SPLITS)
                for same in (True, False)
            ]
        )
    )
    rows, pairs = np.unique(lfw.pairs[kept], return_inverse=True)
    pairs = pairs.reshape(-1, 2)
    fold = np.empty(len(rows), np.int64)
    fold[pairs.ravel()] = np.repeat(lfw.fold[kept], 2)
    return FoldsTask(
        title=f"LFW view 2, first {pairs_each} + {pairs_each} pairs of folds 1 to {SPLITS}",
        photos=tuple(lfw.paths[row] for row in rows),
        people=tuple(lfw.people[row] for row in rows),
        fold=fold,
        conditions={"splits": SPLITS, "pairs each": pairs_each},
        listed=PairList("pairs", pairs.astype(np.int64), lfw.same[kept], lfw.fold[kept]),
    )


def measure(
    task: FoldsTask,
    bundle: Bundle,
    faces: CentralFaceFinder,
    *,
    cache: Path,
    threads: int,
    names: Sequence[str],
) -> dict[str, StudyResult]:
    # No mirrored view: half the time, and the paper has none either.
    embedder = Embedder(bundle, threads=threads, flip=False)
    size = bundle.manifest.input
    shape = NetworkShape((size.width_px, size.height_px), bundle.manifest.embedding.dim)

    def embed(change: Change | None) -> Embed:
        return FaceEmbedder(embedder, faces, cache=cache, change=change, workers=threads)

    results = {}
    for name in names:
        results[name] = run_study(STUDIES[name], task, embed, shape=shape, bundle=bundle.id)
        print_table(results[name])
    return results


def print_table(result: StudyResult) -> None:
    study = result.study
    print(f"\n{study.title}, {result.unchanged.bundle}")
    print(f"{study.axis[:40]:42}{VAL:>34}{ACCURACY:>32}{'FaceNet':>10}")
    levels = [*map("{:g}".format, result.levels), "unchanged"]
    for level, one in zip(levels, (*result.evaluations, result.unchanged), strict=True):
        paper = "" if level == "unchanged" else study.paper.get(float(level), "")
        val, accuracy = (text(one, name).text() for name in (VAL, ACCURACY))
        print(f"{level:42}{val:>34}{accuracy:>32}{paper:>10}", flush=True)


def text(one: Evaluation, name: str) -> Figure:
    return one.part("all pairs" if name == VAL else "pairs").figure(name)


def written(study: Study, results: Sequence[StudyResult]) -> dict[str, Any]:
    return {
        "title": study.title,
        "axis": study.axis,
        "log_axis": study.log_axis,
        "paper": {f"{level:g}": val for level, val in study.paper.items()},
        "paper_note": study.paper_note,
        "bundles": {
            one.unchanged.bundle: {
                "unchanged": figures(one.unchanged),
                "levels": [
                    {"level": level, **figures(evaluation)}
                    for level, evaluation in zip(one.levels, one.evaluations, strict=True)
                ],
            }
            for one in results
        },
    }


def figures(one: Evaluation) -> dict[str, Any]:
    return {
        key: {
            "value": figure.value,
            "standard_error": figure.standard_error,
            "low": None if figure.interval is None else figure.interval.low,
            "high": None if figure.interval is None else figure.interval.high,
            "note": figure.note,
        }
        for key, figure in (("val", text(one, VAL)), ("accuracy", text(one, ACCURACY)))
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=200, help="of each kind of each fold")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--study", action="append", choices=list(STUDIES), help="write no result")
    parser.add_argument("--cache", type=Path, default=cache_folder() / "evaluation")
    options = parser.parse_args()
    data = data_root()
    task = folds_task(read_lfw_pairs(data / "lfw"), pairs_each=options.pairs)
    print(f"{task.title}: {len(task.photos):,} photographs", file=sys.stderr)
    faces = CentralFaceFinder(min_face_px=MIN_FACE_PX, cache=options.cache, workers=options.threads)
    names = options.study or list(STUDIES)
    with tempfile.TemporaryDirectory() as scratch:
        measured = [
            measure(
                task,
                bundle,
                faces,
                cache=options.cache,
                threads=options.threads,
                names=names,
            )
            for bundle in bundles_at_hand(data, Path(scratch), keras_h5=None)
        ]
    if options.study:
        return
    first = measured[0][names[0]].unchanged
    result = {
        "conditions": conditions(
            ("onnxruntime", "opencv-python-headless"),
            flip=False,
            min_face_px=MIN_FACE_PX,
            replicates=Settings().replicates,
            seed=Settings().seed,
        ),
        "set": {
            "title": task.title,
            "photographs": len(task.photos),
            "people": len(set(task.people)),
            "faces_found": int(first.found.sum()),
            "listed_pairs": len(task.listed.pairs),
            **first.part("all pairs").counts,
        },
        "studies": {
            name: written(STUDIES[name], [one[name] for one in measured]) for name in names
        },
    }
    print(write_result("sensitivity", result))


if __name__ == "__main__":
    run_script(main)
