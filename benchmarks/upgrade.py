"""A gallery's model changed without enrolling again: what mapped embeddings cost.

Maps from the old bundle's embeddings to the new one's are fitted on CelebA and tested on LFW's
view 2, one photograph of a pair by each network, either way round. Then a gallery of LFW is
enrolled with the old bundle, upgraded, and searched with the new one. Embeddings are cached: a
second run takes minutes.

    python benchmarks/upgrade.py
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from _bundles import DLIB, MOBILEFACENET, bundles_at_hand
from _conditions import conditions, write_result
from _script import run_script
from facemetric.bundle import Bundle, Manifest, cache_folder
from facemetric.datasets import LabelledPhotos, data_root, read_celeba, read_identity_folders
from facemetric.decide import threshold_for_gallery
from facemetric.embed import Embedder
from facemetric.embed.adaptors import ADAPTORS
from facemetric.evaluation import CentralFaceFinder, FaceEmbedder, Settings, Verification, lfw_task
from facemetric.evaluation.intervals import Interval, mean_interval
from facemetric.evaluation.metrics import threshold_at_far
from facemetric.evaluation.parts import measure_pairs
from facemetric.evaluation.protocols import LfwTask
from facemetric.gallery import NewSample, SqliteGallery
from facemetric.jobs.upgrading import (
    UpgradePlan,
    convert_gallery,
    embed_shared,
    fit_and_measure,
    report_out,
    upgraded_calibration,
)
from facemetric.types import Float32
from facemetric.wire import UpgradeAskedOut

FIGURES = ("accuracy", "TAR at FAR 0.01", "AUC")
STRANGER_RISK = 0.01
FPIR = 0.01
CELEBA_FACE_PX, LFW_FACE_PX = 20.0, 40.0


def pair_figures(
    task: LfwTask, first: Float32, second: Float32, settings: Settings
) -> dict[str, Any]:
    """Return the figures of LFW's pairs, and the accuracy of either way round."""
    people = np.unique(np.array(task.people), return_inverse=True)[1]

    def measured(pairs: Any, turns: int) -> Verification:
        scores = np.einsum("pd,pd->p", first[pairs[:, 0]], second[pairs[:, 1]], dtype=np.float64)
        return measure_pairs(
            "pairs",
            scores,
            np.tile(task.same, turns),
            settings,
            people=people[pairs],
            fold=np.tile(task.fold_of_pair, turns),
        )

    ways = [task.pairs, task.pairs[:, ::-1]]
    both = measured(np.concatenate(ways), 2)
    figures = {
        one.name: {
            "value": one.value,
            "standard_error": one.standard_error,
            "low": one.interval.low if one.interval else None,
            "high": one.interval.high if one.interval else None,
        }
        for one in both.figures
        if one.name in FIGURES
    }
    alone = [measured(pairs, 1).figure("accuracy").value for pairs in ways]
    return {**figures, "accuracy_each_way": alone, "text": both.figure("accuracy").text()}


def plan_of(bundles: tuple[Bundle, Bundle], shared: Any, name: str, seed: int) -> UpgradePlan:
    """Return a map fitted as the command fits it, with its report on CelebA."""
    old, new = bundles
    adaptor, report = fit_and_measure(shared, adaptor=name, seed=seed)
    asked = UpgradeAskedOut(
        old_bundle=old.id,
        old_sha256=old.manifest.model.sha256,
        new_bundle=new.id,
        new_sha256=new.manifest.model.sha256,
        flip=True,
        adaptor=name,
        photos="celeba",
        digest="",
        held_share=0.3,
        seed=seed,
    )
    return UpgradePlan(report_out(report, asked), adaptor)


class Search:
    """LFW as a gallery: everybody with two photographs by the first, the others look for him.

    Those with one photograph are strangers.
    """

    def __init__(self, photos: LabelledPhotos) -> None:
        self.names, labels = photos.names, photos.labels
        counts = np.bincount(labels)
        first = np.unique(labels, return_index=True)[1]
        self.enrolled = first[counts > 1]
        known = counts[labels] > 1
        self.mates = np.setdiff1d(np.flatnonzero(known), self.enrolled)
        self.strangers = np.flatnonzero(~known)
        self.labels = labels
        self.photos = photos

    def enrol(self, gallery: SqliteGallery, vectors: Float32) -> None:
        """Enrol the first photograph of everybody who has two."""
        people = (
            (self.names[self.labels[row]], [NewSample(vectors[row], str(self.photos.paths[row]))])
            for row in self.enrolled
        )
        for _ in gallery.enroll_many(people):
            pass

    def figures(
        self, gallery: SqliteGallery, vectors: Float32, manifest: Manifest
    ) -> dict[str, Any]:
        """Look everybody up: rank 1, DIR at FPIR, and what the calibrated threshold does."""
        names, scores = self._best(gallery, vectors, self.mates)
        _, others = self._best(gallery, vectors, self.strangers)
        right = np.array([self.names[self.labels[row]] for row in self.mates]) == names
        limit = threshold_at_far(others, FPIR)
        result: dict[str, Any] = {
            "rank_1": _span(mean_interval(right, self.labels[self.mates])),
            f"dir_at_fpir_{FPIR:g}": _span(
                mean_interval(right & (scores >= limit), self.labels[self.mates])
            ),
        }
        if not manifest.calibrations:
            return result
        threshold = threshold_for_gallery(
            manifest, compared=gallery.compared(), stranger_risk=STRANGER_RISK, flip=True
        )
        named = others >= threshold.similarity
        found = right & (scores >= threshold.similarity)
        result["calibrated"] = {
            "stranger_risk": STRANGER_RISK,
            "threshold": threshold.similarity,
            "source": threshold.source,
            "fpir": _span(mean_interval(named, self.labels[self.strangers])),
            "dir": _span(mean_interval(found, self.labels[self.mates])),
        }
        return result

    def _best(self, gallery: SqliteGallery, vectors: Float32, rows: Any) -> tuple[Any, Any]:
        found = gallery.search(vectors[rows], 1)
        return (
            np.array([matches[0].name for matches in found]),
            np.array([matches[0].similarity for matches in found]),
        )


def _span(interval: Interval) -> dict[str, float]:
    return {"value": interval.estimate, "low": interval.low, "high": interval.high}


def identification(
    bundles: tuple[Bundle, Bundle],
    photos: LabelledPhotos,
    vectors: tuple[Float32, Float32],
    plan: UpgradePlan,
) -> dict[str, Any]:
    """Return figures of a gallery before the upgrade, after it, and enrolled anew."""
    search = Search(photos)
    (old, new), (before, after) = bundles, vectors
    upgraded = new.manifest.model_copy(
        update={"calibrations": (upgraded_calibration(plan.report),)}
    )
    with tempfile.TemporaryDirectory() as folder:

        def made(name: str, bundle: Bundle) -> SqliteGallery:
            return SqliteGallery(Path(folder) / name, bundle=bundle.id, dim=bundle.dim, flip=True)

        with (
            made("old.db", old) as first,
            made("up.db", new) as second,
            made("new.db", new) as third,
        ):
            search.enrol(first, before)
            done = convert_gallery(first, second, mapping=plan.mapping, photographs=None)
            search.enrol(third, after)
            return {
                "people": len(search.enrolled),
                "probes": len(search.mates),
                "strangers": len(search.strangers),
                "mapped": done.mapped,
                f"{old.id}": search.figures(first, before, old.manifest),
                f"{new.id} in the upgraded gallery": search.figures(second, after, upgraded),
                f"{new.id} enrolled anew": search.figures(third, after, new.manifest),
            }


def embedder(bundle: Bundle, cache: Path, face_px: float) -> FaceEmbedder:
    """Return what embeds, with its caches."""
    finder = CentralFaceFinder(min_face_px=face_px, cache=cache)

    def tell(done: int, total: int) -> None:
        end = "\n" if done == total else ""
        print(f"\r{bundle.id}: {done:,}/{total:,}", end=end, file=sys.stderr)

    return FaceEmbedder(Embedder(bundle), finder, cache=cache, progress=tell)


def main() -> None:
    """Fit, test, search, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--adaptors", nargs="*", default=list(ADAPTORS), help="which to fit")
    parser.add_argument("--cache", type=Path, default=cache_folder() / "evaluation")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-result", action="store_true", help="write no file")
    options = parser.parse_args()
    data, settings = data_root(), Settings(seed=options.seed)
    celeba, lfw, task = (
        read_celeba(data),
        read_identity_folders(data / "lfw"),
        lfw_task(data / "lfw"),
    )
    with tempfile.TemporaryDirectory() as scratch:
        found = {one.id: one for one in bundles_at_hand(data, Path(scratch), keras_h5=None)}
        bundles = (found[DLIB], found[MOBILEFACENET])
        fitting = [embedder(one, options.cache, CELEBA_FACE_PX) for one in bundles]
        shared = embed_shared("CelebA subsets", celeba, old=fitting[0], new=fitting[1])
        testing = [embedder(one, options.cache, LFW_FACE_PX) for one in bundles]
        before, after = (one(task.photos)[0] for one in testing)
        whole = tuple(one(lfw.paths)[0] for one in testing)
        plans = {name: plan_of(bundles, shared, name, options.seed) for name in options.adaptors}
        best = min(plans, key=lambda name: plans[name].report.loss)
        rows = {
            "old - old": pair_figures(task, before, before, settings),
            "new - new": pair_figures(task, after, after, settings),
            "new - old, not mapped": pair_figures(task, after, before, settings),
        } | {
            f"new - mapped, {name}": pair_figures(task, after, plan.mapping(before), settings)
            for name, plan in plans.items()
        }
        searches = identification(bundles, lfw, (whole[0], whole[1]), plans[best])
    print_table(rows, searches)
    weaker = min(rows[name]["accuracy"]["value"] for name in ("old - old", "new - new"))
    report = plans[best].report
    result = {
        "pairs": rows,
        "loss_on_lfw": {
            name: weaker - rows[f"new - mapped, {name}"]["accuracy"]["value"] for name in plans
        },
        "loss_on_celeba": {name: plan.report.loss for name, plan in plans.items()},
        "bar": 0.015,
        "passes": weaker - rows[f"new - mapped, {best}"]["accuracy"]["value"] <= 0.015,
        "chosen": best,
        "identification": searches,
        "conditions": conditions(
            ("onnxruntime", "scikit-learn"),
            old=DLIB,
            new=MOBILEFACENET,
            flip=True,
            fitted_on=f"{report.fitted_people} people of CelebA, {report.fitted_photographs} "
            "photographs; some people may be in LFW too",
            chosen_on=f"{report.held_people} other people of CelebA",
            tested_on="LFW view 2, 6,000 pairs, each both ways round; 95 % over people",
            seed=options.seed,
        ),
    }
    if not options.no_result:
        print(write_result("upgrade", result))


def print_table(rows: dict[str, Any], searches: dict[str, Any]) -> None:
    """Print accuracies and searches."""
    for name, row in rows.items():
        ways = ", ".join(f"{100 * value:.2f}" for value in row["accuracy_each_way"])
        rate = 100 * row[FIGURES[1]]["value"]
        print(f"{name:26} {row['text']}  each way {ways}  {FIGURES[1]} {rate:.2f} %")
    for name, figures in searches.items():
        if isinstance(figures, dict):
            shown = {
                key: f"{100 * value['value']:.2f}"
                for key, value in figures.items()
                if key != "calibrated"
            }
            if "calibrated" in figures:
                kept = figures["calibrated"]
                shown |= {
                    f"{key} at the calibrated threshold": f"{100 * kept[key]['value']:.2f}"
                    for key in ("dir", "fpir")
                }
            print(f"{name:50} {shown}")


if __name__ == "__main__":
    run_script(main)
