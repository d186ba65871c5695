"""Figures of probes whose mate is hidden among distractors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from facemetric.evaluation.figure import Curve, Figure
from facemetric.evaluation.intervals import Interval
from facemetric.evaluation.intervals.draws import people_draws
from facemetric.evaluation.intervals.hardest_pairs import CrossedPairs
from facemetric.evaluation.intervals.share import share_interval
from facemetric.evaluation.metrics import ScoreHistogram, Searches
from facemetric.evaluation.metrics.distractors import DistractorSearches
from facemetric.evaluation.parts.gallery_curves import cmc_curve
from facemetric.evaluation.parts.hard_pairs import HARDEST, HardPair
from facemetric.evaluation.parts.identification import Identification
from facemetric.evaluation.parts.streamed import measure_streamed
from facemetric.evaluation.parts.verification import Verification
from facemetric.evaluation.settings import Settings

_GROUPS = 1 << 14
"""Into so many groups distractors are put for the draws: each alone where they are fewer."""


def measure_distractors(
    met: DistractorSearches,
    people: NDArray[np.int64],
    sizes: Sequence[int],
    settings: Settings,
    *,
    notes: tuple[str, ...] = (),
) -> tuple[Identification, Identification]:
    """Return the rank-1 curve over the sizes, and the CMC at the last.

    Parameters
    ----------
    met
        From `search_distractors`.
    people
        ``int64 (Q,)``: the person in each probe. They are drawn for the intervals; the distractors
        stay as they are.
    sizes
        Of the subsets, rising.
    settings
        Ranks and draws.
    notes
        Rules that a reader must know.

    Raises
    ------
    InputError
        There are fewer than two people.
    """
    who = np.unique(people, return_inverse=True)[1][met.probe]
    shares = _Shares(who, settings)
    rates = [shares(met.found(number)) for number in range(len(sizes))]
    searches = Searches(
        np.ones(len(who), bool),
        met.mate_scores.astype(np.float64),
        met.highest[-1][met.probe].astype(np.float64),
        met.ranks,
    )
    counts = {
        "probes": len(people),
        "people": int(who.max()) + 1,
        "probes with a mate each": len(who),
    }
    curve = Curve(
        "distractors",
        np.array(sizes, np.float64),
        np.array([rate.estimate for rate in rates]),
        np.array([rate.low for rate in rates]),
        np.array([rate.high for rate in rates]),
        np.ones(len(sizes), bool),
    )
    by_size = Identification(
        name="rank-1 by distractors",
        figures=tuple(
            Figure(f"rank-1 among {size:,} distractors", rate.estimate, interval=rate)
            for size, rate in zip(reversed(sizes), reversed(rates), strict=True)
        ),
        counts=counts,
        curves=(curve,),
        notes=notes,
        searches=searches,
        probe_people=who,
    )
    ranks = [rank for rank in settings.ranks if rank <= sizes[-1] + 1]
    found = [shares(met.ranks <= rank) for rank in ranks]
    at_largest = Identification(
        name=f"ranks among {sizes[-1]:,} distractors",
        figures=tuple(
            Figure(f"rank-{rank} identification", rate.estimate, interval=rate)
            for rank, rate in zip(ranks, found, strict=True)
        ),
        counts=counts,
        curves=(cmc_curve([searches], enrolled=sizes[-1] + 1),),
        searches=searches,
        probe_people=who,
    )
    return by_size, at_largest


def measure_against_distractors(
    met: DistractorSearches,
    people: NDArray[np.int64],
    distractors: int,
    settings: Settings,
    *,
    fars: Sequence[float],
) -> Verification:
    """Return TAR at the rates: mates against every probe with every distractor.

    Probes' people and distractors are drawn together, distractors singly or, where they are many,
    in random groups.

    Parameters
    ----------
    met, people, settings
        As `measure_distractors`.
    distractors
        How many the last subset has; they are in random order or each another person.
    fars
        In the order of the figures.

    Raises
    ------
    InputError
        See `measure_streamed`.
    """
    who = np.unique(people, return_inverse=True)[1]
    persons = int(who.max()) + 1
    groups = min(distractors, _GROUPS)
    # Each two photographs once: the order makes no difference to a similarity.
    once = met.probe < met.mate
    scores, pair_people = met.mate_scores[once].astype(np.float64), who[met.probe[once]]
    order = np.argsort(-scores, kind="stable")
    genuine = ScoreHistogram()
    genuine.add(scores)
    rows, columns = met.hardest[:, 0], met.hardest[:, 1].astype(np.int64)
    sides = np.zeros((2, persons + groups))
    sides[0, :persons] = np.bincount(who)
    sides[1, persons:] = np.bincount(np.arange(distractors) % groups)
    subjects = CrossedPairs(
        people=persons + groups,
        genuine=scores[order],
        genuine_person=pair_people[order],
        impostors=met.hardest_scores.astype(np.float64),
        impostor_people=np.stack([who[rows], persons + columns % groups], axis=0).T,
        images=None,
        left=sides[0],
        right=sides[1],
    )
    least = np.flatnonzero(once)[order[::-1][:HARDEST]]
    return measure_streamed(
        "mates against distractors",
        genuine,
        met.impostor,
        subjects,
        settings,
        fars=fars,
        counts={"people": persons, "distractors": distractors},
        false_accepts=tuple(
            HardPair(int(row), len(people) + int(column), float(score))
            for row, column, score in zip(
                rows[:HARDEST], columns[:HARDEST], met.hardest_scores[:HARDEST], strict=True
            )
        ),
        false_rejects=tuple(
            HardPair(int(met.probe[trial]), int(met.mate[trial]), float(met.mate_scores[trial]))
            for trial in least
        ),
    )


class _Shares:
    """Intervals of shares of trials over people: `mean_interval`, a person's trials as one.

    Parameters
    ----------
    who
        ``int64 (T,)``: the person of each trial, from 0.
    settings
        Draws.
    """

    def __init__(self, who: NDArray[np.int64], settings: Settings) -> None:
        self._who = who
        self._confidence = settings.confidence
        self._trials = np.bincount(who).astype(np.float64)
        self._draws = people_draws(
            len(self._trials), replicates=settings.replicates, seed=settings.seed
        )

    def __call__(self, hits: NDArray[np.bool_]) -> Interval:
        """Return the interval of the share of ``hits (T,)``."""
        per_person = np.bincount(self._who[hits], minlength=len(self._trials)).astype(np.float64)
        shares = (self._draws @ per_person) / (self._draws @ self._trials)
        return share_interval(
            float(hits.mean()), shares, self._confidence, people=len(self._trials)
        )
