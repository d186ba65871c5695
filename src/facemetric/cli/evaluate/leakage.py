"""What stands before a figure: is a person or a picture where it must not be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from facemetric.cli.output import complain, counting

if TYPE_CHECKING:
    from facemetric.bundle import Bundle
    from facemetric.datasets import Photo
    from facemetric.evaluation import Embedded, Evaluation
    from facemetric.evaluation.leakage import Leakage

# Strangers are this alike once in a thousand pairs: a likeness of pictures below is chance.
_STRANGER_FAR = 1e-3


def find_leakage(
    one: Evaluation,
    bundle: Bundle,
    embed: Callable[[Sequence[Photo]], Embedded],
    *,
    training: Path | None,
    flip: bool,
    cache: Path | None,
    workers: int,
) -> Leakage | None:
    """Check the folds of an evaluation, and its photographs against training data.

    ``None`` where the protocol has no folds and no training data is named.
    """
    from facemetric.datasets import read_identity_folders
    from facemetric.evaluation.leakage import check_folds, check_training, copy_similarity

    task = one.task
    if task.fold is None and training is None:
        return None
    # Thresholds are calibrated on faces that were found, not on the middle of pictures.
    calibrated = task.faces != "centre"
    person, stranger = _similarities(bundle, flip=flip) if calibrated else (None, None)
    alike = copy_similarity(task.photos, embed)
    answer: Leakage | None = None
    with counting("leakage") as count:
        if task.fold is not None:
            answer = check_folds(
                task.photos,
                task.people,
                task.fold,
                vectors=one.vectors,
                found=one.found,
                face_similarity=alike,
                person_similarity=person,
                stranger_similarity=stranger,
                cache=cache,
                workers=workers,
                progress=count,
            )
        if training is not None:
            known = read_identity_folders(training)
            vectors, found = embed(known.paths)
            against = check_training(
                task.photos,
                task.people,
                known.paths,
                known.people,
                vectors=one.vectors,
                found=one.found,
                training_vectors=vectors,
                training_found=found,
                face_similarity=alike,
                person_similarity=person,
                stranger_similarity=stranger,
                cache=cache,
                workers=workers,
                progress=count,
            )
            answer = against if answer is None else answer + against
    return answer


def say_leakage(leakage: Leakage | None) -> None:
    """Say on standard error what was found, before any figure is printed."""
    if leakage is None or leakage.clean:
        return
    sure = any(finding.kind != "likely person" for finding in leakage.findings)
    what = "leakage" if sure else "possible leakage, by the embeddings alone"
    complain(f"{what}: the figures below may be too good")
    for line in str(leakage).splitlines():
        complain(f"  {line}")


def _similarities(bundle: Bundle, *, flip: bool) -> tuple[float | None, float | None]:
    """Return what two names of one person reach, and what strangers hardly do, as calibrated."""
    from facemetric.decide import threshold_for
    from facemetric.errors import CalibrationError

    points = [
        point.far
        for calibration in bundle.manifest.calibrations
        if calibration.flip == flip
        for point in calibration.points
    ]
    try:
        strictest = threshold_for(bundle.manifest, far=min(points, default=1e-9), flip=flip)
        usual = threshold_for(bundle.manifest, far=_STRANGER_FAR, flip=flip)
    except CalibrationError:
        return None, None
    return strictest.similarity, usual.similarity
