"""Verification of all pairs of some photographs."""

from __future__ import annotations

import numpy as np

from facemetric.errors import InputError
from facemetric.evaluation.figure import Figure
from facemetric.evaluation.impostors import check_labels
from facemetric.evaluation.intervals import pairs_of_embeddings
from facemetric.evaluation.metrics import pair_histograms, person_angles, streaming_roc
from facemetric.evaluation.parts.hard_pairs import least_alike, most_alike
from facemetric.evaluation.parts.roc_band import roc_with_band
from facemetric.evaluation.parts.streamed_curve import area_figure, equal_error_figure
from facemetric.evaluation.parts.tar import tar_figures
from facemetric.evaluation.parts.verification import Verification
from facemetric.evaluation.settings import Settings
from facemetric.types import AnyArray, Float32

_MOST_KEPT = 1_000_000


def measure_all_pairs(
    name: str,
    vectors: Float32,
    labels: AnyArray,
    settings: Settings,
    *,
    rows: AnyArray | None = None,
    notes: tuple[str, ...] = (),
) -> Verification:
    """Measure every pair of some photographs, in bounded memory.

    Parameters
    ----------
    name, settings, notes
        As `measure_pairs`.
    vectors
        ``float32 (N, D)``, unit norm.
    labels
        ``int (N,)``: the person in each.
    rows
        ``int (N,)``: rows of the task's photographs; by default 0 to N - 1.

    Raises
    ------
    InputError
        The shapes disagree, all show one person, or nobody has two photographs.
    """
    people = check_labels(labels, len(vectors))
    row_of = np.arange(len(people)) if rows is None else np.asarray(rows, np.int64)
    genuine, impostor = pair_histograms(vectors, people)
    if not genuine.total or not impostor.total:
        raise InputError("expected pairs of one person and of different people", item="labels")
    streamed = streaming_roc(genuine, impostor)
    fars = settings.fars_for(impostor.total, highest=far_ceiling(impostor.total))
    share = share_kept(impostor.total, fars)
    subjects = pairs_of_embeddings(vectors, people, share=share)
    figures = tar_figures(subjects, impostor.total, fars, settings)
    angles = person_angles(vectors, people)
    figures += [
        area_figure(streamed),
        equal_error_figure(streamed),
        Figure("largest angle within a person", angles.within.largest_deg, unit="degrees"),
        Figure("median angle within a person", angles.within.percentiles_deg[50.0], unit="degrees"),
        Figure("smallest angle between people", angles.between.smallest_deg, unit="degrees"),
        Figure("median angle between people", angles.between.percentiles_deg[50.0], unit="degrees"),
    ]
    return Verification(
        name=name,
        figures=tuple(figures),
        counts={
            "photographs": len(people),
            "people": subjects.people,
            "genuine pairs": genuine.total,
            "impostor pairs": impostor.total,
        },
        curves=(roc_with_band(streamed.curve, impostor.total, subjects, settings, top=max(fars)),),
        notes=notes,
        genuine=genuine,
        impostor=impostor,
        subjects=subjects,
        false_accepts=most_alike(vectors, people, impostor.total, row_of),
        false_rejects=least_alike(vectors, people, row_of),
    )


def far_ceiling(impostors: int) -> float:
    """Return the highest rate to report of so many pairs: 0.1, or less to bound memory."""
    return float(10.0 ** np.floor(np.log10(min(0.1, _MOST_KEPT / impostors)) + 1e-9))


def share_kept(impostors: int, fars: tuple[float, ...]) -> float:
    """Return the share of the hardest impostors to keep: all where that is cheap.

    Twice the highest rate leaves room for the draws of many people; 24 bytes a pair.
    """
    return 1.0 if impostors <= _MOST_KEPT else min(1.0, 2 * max(fars))
