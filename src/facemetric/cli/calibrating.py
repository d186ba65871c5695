"""The work of ``facemetric calibrate``: embed, leave out, fit, check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from facemetric.bundle import Bundle, Calibration, cache_folder
from facemetric.cli.output import counting
from facemetric.decide import threshold_for_gallery
from facemetric.errors import CalibrationError
from facemetric.evaluation.calibration import (
    CheckedPoint,
    LeftOut,
    calibrate,
    check_cllr,
    check_held_out,
    check_points,
    people_left_out,
)
from facemetric.evaluation.calibration.collection import (
    Collection,
    embed_collection,
    read_collection,
)
from facemetric.processors import session_threads
from facemetric.wire import (
    BeyondOut,
    CalibratedPointOut,
    CalibratedSearchOut,
    CalibrateOut,
    CalibrationCheckOut,
    CheckedPointOut,
    LeftOutOut,
    LikelihoodOut,
)

if TYPE_CHECKING:
    from facemetric.datasets import LabelledPhotos

BEYOND = (1_000, 10_000, 100_000, 1_000_000)
STRANGER_RISK = 0.01
_MOST_DOUBLED = 0.25


@dataclass(frozen=True)
class Asked:
    """What was asked for; see the command's options."""

    source: str
    bundle: Bundle
    judge: Bundle
    exclude: str | None
    check: str | None
    alike: float | None
    data_name: str | None
    notes: str
    flip: bool
    min_face_px: float | None
    replicates: int
    seed: int
    cache: bool
    workers: int
    provider: str
    threads: int | None


def measure(asked: Asked) -> tuple[Calibration, CalibrateOut]:
    """Return the calibration, and the answer that says how it was made."""
    photos, face_px, data = read_collection(asked.source)
    data = asked.data_name or data
    whole = _embed(asked, asked.bundle, data, photos, face_px)
    left_out, names = _left_out(asked, whole, face_px)
    kept = whole.without([*names[0], *names[1]])
    table = calibrate(
        kept.vectors,
        kept.labels,
        data=data,
        flip=asked.flip,
        replicates=asked.replicates,
        seed=asked.seed,
        notes=_notes(asked, kept, names),
    )
    ratios = table.likelihood_ratios
    document = CalibrateOut(
        bundle=asked.bundle.id,
        saved=None,
        data=data,
        flip=asked.flip,
        people=table.people,
        photographs=len(kept.photos),
        without_face=whole.without_face,
        left_out=LeftOutOut(
            judge=asked.judge.id, alike=left_out.alike, shared=names[0], doubled=names[1]
        ),
        points=tuple(CalibratedPointOut.model_validate(point) for point in table.points),
        searches=tuple(CalibratedSearchOut.model_validate(point) for point in table.searches),
        beyond=_beyond(asked.bundle, table),
        likelihood_ratios=LikelihoodOut(
            method=ratios.method,
            cllr=ratios.cllr,
            min_cllr=ratios.min_cllr,
            least_log10_lr=ratios.table[0][1],
            most_log10_lr=ratios.table[-1][1],
            rows=len(ratios.table),
        )
        if ratios
        else None,
        held_out=_held_out(asked, kept),
        check=_check(asked, table),
    )
    return table, document


def _embed(
    asked: Asked, bundle: Bundle, data: str, photos: LabelledPhotos, face_px: float
) -> Collection:
    from facemetric.embed import Embedder
    from facemetric.evaluation import CentralFaceFinder, FaceEmbedder

    folder = cache_folder() / "evaluation" if asked.cache else None
    with counting(f"{data}: faces") as faces, counting(f"{data}: embeddings") as embeddings:
        finder = CentralFaceFinder(
            min_face_px=asked.min_face_px or face_px,
            cache=folder,
            workers=asked.workers,
            processes=True,
            progress=faces,
        )
        embedder = Embedder(
            bundle, provider=asked.provider, threads=session_threads(asked.threads), flip=asked.flip
        )
        embed = FaceEmbedder(
            embedder, finder, cache=folder, workers=asked.workers, progress=embeddings
        )
        return embed_collection(data, photos, embed)


def _left_out(
    asked: Asked, whole: Collection, face_px: float
) -> tuple[LeftOut, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return who is left out, and the names of the shared and of the doubled."""
    judged, other = whole, None
    if asked.judge.manifest.model != asked.bundle.manifest.model:
        judged = _embed(asked, asked.judge, whole.data, whole.photos, face_px)
    if asked.exclude is not None:
        photos, other_px, data = read_collection(asked.exclude)
        theirs = _embed(asked, asked.judge, data, photos, other_px)
        other = (theirs.vectors, theirs.labels)
    found = people_left_out(judged.vectors, judged.labels, other=other, alike=asked.alike)
    shared, doubled = (
        tuple(judged.photos.names[label] for label in labels)
        for labels in (found.shared, found.doubled)
    )
    if judged is whole and asked.alike is None:
        check_own_judge(asked.bundle.id, doubled=len(doubled), people=len(whole.photos.names))
    return found, (shared, doubled)


def check_own_judge(bundle: str, *, doubled: int, people: int) -> None:
    """Raise CalibrationError where a bundle that judges itself takes many people for others.

    Parameters
    ----------
    bundle
        Its identifier.
    doubled
        People whom it takes for somebody else in the collection.
    people
        All of them.
    """
    if doubled <= _MOST_DOUBLED * people:
        return
    raise CalibrationError(
        f"takes {doubled} of {people} people for others of the collection: too weak to judge, and "
        "without the most similar strangers the rates would look better than they are",
        item=bundle,
        fix="Let a better network judge, such as --judge dlib-resnet-v1, or set --alike",
    )


def _notes(asked: Asked, kept: Collection, names: tuple[tuple[str, ...], tuple[str, ...]]) -> str:
    shared = f"{len(names[0])} people who are in {asked.exclude} too, " if asked.exclude else ""
    made = (
        f"{len(kept.photos)} photographs with a face. Left out, as {asked.judge.id} sees them: "
        f"{shared}{len(names[1])} who have a photograph as another name has it."
    )
    return f"{made} {asked.notes}".strip()


def _beyond(bundle: Bundle, table: Calibration) -> tuple[BeyondOut, ...]:
    """Return the thresholds for galleries beyond those that were measured, or why there is none."""
    largest = max((point.gallery for point in table.searches), default=0)
    alone = table.model_copy(update={"searches": ()})
    manifest = bundle.manifest.model_copy(update={"calibrations": (alone,)})
    answers = []
    for size in BEYOND:
        if size <= largest:
            continue
        try:
            found = threshold_for_gallery(
                manifest, compared=size, stranger_risk=STRANGER_RISK, flip=table.flip
            )
        except CalibrationError as error:
            similarity, why = None, error.cause
        else:
            similarity, why = found.similarity, found.source
        answers.append(
            BeyondOut(gallery=size, stranger_risk=STRANGER_RISK, similarity=similarity, why=why)
        )
    return tuple(answers)


def _held_out(asked: Asked, kept: Collection) -> CalibrationCheckOut | None:
    """Check thresholds of half of the people on the other half; ``None`` where they are too few."""
    try:
        points = check_held_out(
            kept.vectors,
            kept.labels,
            data=kept.data,
            replicates=asked.replicates,
            seed=asked.seed,
        )
    except CalibrationError:
        return None
    people = len(kept.photos.names)
    return CalibrationCheckOut(
        data=f"half of {kept.data}, thresholds fitted to the other half",
        people=people - people // 2,
        photographs=len(kept.photos),
        points=tuple(map(_checked, points)),
    )


def _check(asked: Asked, table: Calibration) -> CalibrationCheckOut | None:
    if asked.check is None:
        return None
    photos, face_px, data = read_collection(asked.check)
    theirs = _embed(asked, asked.bundle, data, photos, face_px)
    points = check_points(
        table.points, theirs.vectors, theirs.labels, replicates=asked.replicates, seed=asked.seed
    )
    return CalibrationCheckOut(
        data=data,
        people=len(theirs.photos.names),
        photographs=len(theirs.photos),
        points=tuple(map(_checked, points)),
        cllr=check_cllr(table, theirs.vectors, theirs.labels),
    )


def _checked(point: CheckedPoint) -> CheckedPointOut:
    return CheckedPointOut(
        far=point.far,
        similarity=point.similarity,
        realised_far=point.realised.estimate,
        realised_low=point.realised.low,
        realised_high=point.realised.high,
        ratio=point.ratio,
        tar=point.tar,
        impostor_pairs=point.impostor_pairs,
        supported=point.supported,
    )
