"""Figures of IJB's templates: pairs in bounded memory, and searches of two galleries."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets import IjbProtocol
from facemetric.evaluation.intervals.hardest_pairs import CountedPairs
from facemetric.evaluation.metrics import (
    ScoreHistogram,
    Searches,
    join_searches,
    search_outcomes,
    supports,
)
from facemetric.evaluation.parts import (
    Identification,
    Verification,
    measure_pairs,
    measure_searches,
)
from facemetric.evaluation.parts.gallery_means import measure_gallery_means
from facemetric.evaluation.parts.hard_pairs import HARDEST, HardPair
from facemetric.evaluation.parts.streamed import impostors_to_keep, measure_streamed
from facemetric.evaluation.settings import Settings
from facemetric.types import Float32

HEADLINE_FAR = 1e-4
"""The rate by which IJB's papers compare."""

_MOST_KEPT = 4_000_000  # impostors for intervals: FAR 0.1 of IJB-C's 15.7 million
_ROWS = 64
_PROBES = 1024


def measure_template_pairs(
    name: str,
    pooled: Float32,
    ijb: IjbProtocol,
    settings: Settings,
    *,
    notes: tuple[str, ...] = (),
) -> Verification:
    """Measure the list of template pairs.

    Parameters
    ----------
    name, settings, notes
        As `measure_pairs`.
    pooled
        ``float32 (T, D)``: a unit vector for each template.
    ijb
        The protocol.

    Raises
    ------
    InputError
        A kind of pair is absent, or the people are too few.
    """
    scores = template_scores(pooled, ijb.pairs)
    face_of = np.unique(ijb.templates.template, return_index=True)[1]
    subjects = ijb.templates.subjects
    if (subjects[ijb.pairs] < 0).any() or not ijb.same.any() or ijb.same.all():
        faces = face_of[ijb.pairs]
        return measure_pairs(name, scores, ijb.same, settings, pairs=faces, notes=notes)
    genuine, impostor = ScoreHistogram(), ScoreHistogram()
    genuine.add(scores[ijb.same])
    impostor.add(scores[~ijb.same])
    fars = settings.fars_for(impostor.total)
    if not settings.fars and HEADLINE_FAR in fars and supports(impostor.total, HEADLINE_FAR):
        fars = tuple(dict.fromkeys([HEADLINE_FAR, *fars]))
    keep = impostors_to_keep(impostor.total, max(fars), most=_MOST_KEPT)
    person = np.unique(subjects, return_inverse=True)[1]
    people = int(person.max()) + 1
    order = _genuine_order(scores, ijb.same)
    hardest = _hardest(scores, ijb.same, keep)
    ends = person[ijb.pairs[hardest]]
    strangers = ijb.pairs[~ijb.same]
    cells = person[strangers[:, 0]] * people + person[strangers[:, 1]]
    counted = CountedPairs(
        people=people,
        genuine=scores[order].astype(np.float64),
        genuine_person=person[ijb.pairs[order, 0]],
        impostors=scores[hardest].astype(np.float64),
        impostor_people=np.asfortranarray(ends),
        images=None,
        counts=np.bincount(cells, minlength=people**2).reshape(people, people).astype(np.float64),
    )

    def shown(rows: NDArray[np.int64]) -> tuple[HardPair, ...]:
        return tuple(
            HardPair(int(face_of[first]), int(face_of[second]), float(scores[row]))
            for row in rows
            for first, second in [ijb.pairs[row]]
        )

    return measure_streamed(
        name,
        genuine,
        impostor,
        counted,
        settings,
        fars=fars,
        counts={"templates": len(pooled), "people": people},
        false_accepts=shown(hardest[:HARDEST]),
        false_rejects=shown(order[::-1][:HARDEST]),
        notes=(*notes, "Of the hardest pairs, the first face of each template is shown."),
    )


def template_scores(pooled: Float32, pairs: NDArray[np.int64]) -> Float32:
    """Return ``float32 (P,)``: the cosine of each pair of templates.

    By blocks of first templates with all that they meet, since lists hold many pairs of each.
    """
    scores = np.empty(len(pairs), np.float32)
    order = np.argsort(pairs[:, 0], kind="stable")
    firsts = pairs[order, 0]
    starts = np.append(0, np.flatnonzero(np.diff(firsts)) + 1)[::_ROWS]
    for start, end in zip(starts, [*starts[1:], len(pairs)], strict=True):
        rows = order[start:end]
        first, place = np.unique(pairs[rows, 0], return_inverse=True)
        second, column = np.unique(pairs[rows, 1], return_inverse=True)
        scores[rows] = (pooled[first] @ pooled[second].T)[place, column]
    return scores


def measure_galleries(
    pooled: Float32, ijb: IjbProtocol, settings: Settings, *, notes: tuple[str, ...] = ()
) -> list[Identification]:
    """Measure the searches of all galleries: the mean over them first, then each.

    A probe's person is in one gallery and a stranger to the other, so that every probe counts for
    ranks in one and for false positives in the other.

    Parameters
    ----------
    pooled, ijb, settings, notes
        As `measure_template_pairs`.

    Raises
    ------
    InputError
        See `measure_searches`.
    """
    subjects = ijb.templates.subjects
    who = subjects[ijb.probes]
    found = [
        _search(pooled[ijb.probes], who, pooled[gallery], subjects[gallery])
        for gallery in ijb.galleries
    ]
    sizes = [len(gallery) for gallery in ijb.galleries]
    each = [
        measure_searches(
            f"1:N, gallery {number}", searches, who, settings, enrolled=size, notes=notes
        )
        for number, (searches, size) in enumerate(zip(found, sizes, strict=True), start=1)
    ]
    if len(each) < 2:
        return each
    mean = measure_gallery_means("1:N, mean of both galleries", found, who, settings, sizes=sizes)
    return [mean, *each]


def _search(
    probes: Float32, who: NDArray[np.int64], gallery: Float32, enrolled: NDArray[np.int64]
) -> Searches:
    return join_searches(
        search_outcomes(
            probes[start : start + _PROBES] @ gallery.T, who[start : start + _PROBES], enrolled
        )
        for start in range(0, len(probes), _PROBES)
    )


def _genuine_order(scores: Float32, same: NDArray[np.bool_]) -> NDArray[np.int64]:
    rows = np.flatnonzero(same)
    return rows[np.argsort(-scores[rows], kind="stable")]


def _hardest(scores: Float32, same: NDArray[np.bool_], keep: int) -> NDArray[np.int64]:
    """Return the rows of the ``keep`` most similar impostor pairs, falling."""
    rows = np.flatnonzero(~same)
    if keep < len(rows):
        rows = rows[np.argpartition(-scores[rows], keep - 1)[:keep]]
    return rows[np.argsort(-scores[rows], kind="stable")]
