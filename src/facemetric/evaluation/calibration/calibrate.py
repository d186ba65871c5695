"""From labelled embeddings to the calibration that a bundle carries."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facemetric.bundle import Calibration
from facemetric.evaluation.calibration.likelihood import fit_likelihood_ratios
from facemetric.evaluation.calibration.operating_points import FARS, measure_points
from facemetric.evaluation.calibration.search_points import FPIRS, GALLERIES, measure_searches
from facemetric.types import AnyArray, Float32


def calibrate(
    embeddings: Float32,
    labels: AnyArray,
    *,
    data: str,
    flip: bool,
    fars: Sequence[float] = FARS,
    fpirs: Sequence[float] = FPIRS,
    galleries: Sequence[int] = GALLERIES,
    replicates: int = 500,
    seed: int = 0,
    notes: str = "",
) -> Calibration:
    """Measure thresholds for one comparison and for a gallery, and fit likelihood ratios.

    See `measure_points`, `measure_searches` and `fit_likelihood_ratios` for what is done. Parts
    that the data does not support are left out.

    Parameters
    ----------
    embeddings
        ``float32 (N, D)``, unit norm: people whom the network was not trained on.
    labels
        ``int (N,)``: the person in each.
    data
        What the images are, for the table's readers.
    flip
        Whether the embeddings are averaged with their mirror images'.
    fars, fpirs
        Wanted rates in (0, 1).
    galleries
        Wanted sizes, in people.
    replicates, seed
        Of the bootstrap; for the searches two fifths of the replicates are taken.
    notes
        What else a reader must know.

    Raises
    ------
    CalibrationError
        There are too few impostor pairs for any of ``fars``.
    InputError
        The shapes disagree, or a rate or size is out of range.
    """
    points = measure_points(
        embeddings, labels, data=data, fars=fars, replicates=replicates, seed=seed
    )
    return Calibration(
        data=data,
        flip=flip,
        people=len(np.unique(labels)),
        points=points,
        searches=measure_searches(
            embeddings,
            labels,
            fpirs=fpirs,
            galleries=galleries,
            replicates=max(replicates * 2 // 5, 1),
            seed=seed,
        ),
        likelihood_ratios=fit_likelihood_ratios(embeddings, labels, seed=seed),
        notes=notes,
    )
