"""What a bundle's own calibrated decision does on photographs that it was not calibrated on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.decide import Threshold
from facemetric.errors import CalibrationError
from facemetric.evaluation.figure import Figure
from facemetric.evaluation.intervals import Interval, far_bound, mean_interval, rate_intervals
from facemetric.evaluation.metrics import Searches
from facemetric.evaluation.parts.part import Part
from facemetric.evaluation.parts.verification import Verification
from facemetric.evaluation.settings import Settings
from facemetric.types import AnyArray
from facemetric.wire import PartKind


@dataclass(frozen=True, eq=False, kw_only=True)
class Decision(Part):
    """Decisions at a threshold that was fixed beforehand.

    Attributes
    ----------
    threshold
        From the bundle's calibration.
    promised
        The rate of false alarms that it was chosen for.
    """

    threshold: Threshold
    promised: float


def unmeasured(name: str, kind: PartKind, figure: str, why: str) -> Part:
    """Return a part that the bundle's calibration does not allow, without a figure.

    Parameters
    ----------
    name, kind
        Of the part.
    figure
        What its headline would have been.
    why
        For people.
    """
    return Part(kind=kind, name=name, figures=(Figure(figure, None, note=why),), counts={})


def uncalibrated(name: str, kind: PartKind, figure: str, error: CalibrationError) -> Part:
    """Return a part without a figure, because the bundle has no table for such a decision."""
    help_ = "facemetric calibrate makes a table from photographs of more people"
    return unmeasured(name, kind, figure, f"{error.cause}; {help_}")


def measure_search_decision(
    name: str,
    searches: Searches,
    probe_people: AnyArray,
    settings: Settings,
    *,
    threshold: Threshold,
    promised: float,
    enrolled: int,
) -> Decision:
    """Measure searches at a fixed threshold: the first is named where it is reached, or nobody.

    Parameters
    ----------
    name, settings
        As `measure_searches`.
    searches
        From `search_outcomes`; two or more people with a mate, one or more without.
    probe_people
        ``int (Q,)``.
    threshold
        Such as `facemetric.decide.threshold_for_gallery` gives for this gallery.
    promised
        The largest stranger risk that it was chosen for, in (0, 1).
    enrolled
        Entries in the gallery.
    """
    people, limit = np.asarray(probe_people, np.int64), threshold.similarity
    mated = searches.mated
    first = searches.ranks[mated] == 1
    right = first & (searches.mate_scores[mated] >= limit)
    wrong = ~first & (searches.stranger_scores[mated] >= limit)
    named = searches.stranger_scores[~mated] >= limit
    fpir = _alarms("FPIR", named, people[~mated], settings)
    return Decision(
        kind="identification",
        name=name,
        figures=(
            fpir,
            _share("DIR", right, people[mated], settings),
            _share("named as somebody else", wrong, people[mated], settings),
            _share("not named", ~right & ~wrong, people[mated], settings),
        ),
        counts={
            "enrolled": enrolled,
            "probes with a mate": int(mated.sum()),
            "probes without": int((~mated).sum()),
        },
        notes=_notes(threshold, fpir, promised, "a stranger risk"),
        threshold=threshold,
        promised=promised,
    )


def measure_pair_decision(
    name: str, pairs: Verification, settings: Settings, *, threshold: Threshold, promised: float
) -> Part:
    """Measure pairs at a fixed threshold.

    Parameters
    ----------
    name, settings, threshold
        As `measure_search_decision`.
    pairs
        Already measured, with its people.
    promised
        The false-accept rate that the threshold was chosen for.

    Returns
    -------
    part
        `Decision`; that of `unmeasured` where ``pairs`` does not hold all impostors that reach the
        threshold, far more than it promises.
    """
    subjects, total = pairs.subjects, pairs.impostor.total
    if subjects is None or not (subjects.complete or subjects.impostors[-1] < threshold.similarity):
        why = "more strangers reach the threshold than were kept: calibrate on such photographs"
        return unmeasured(name, "verification", "FAR", why)
    accepted = int((subjects.impostors >= threshold.similarity).sum())
    far, tar = rate_intervals(subjects, threshold.similarity, **settings.draws)
    alarm = _rate("FAR", accepted, total, subjects.people // 2, far, settings)
    return Decision(
        kind="verification",
        name=name,
        figures=(alarm, Figure("TAR", tar.estimate, interval=tar)),
        counts={"genuine pairs": pairs.genuine.total, "impostor pairs": total},
        notes=_notes(threshold, alarm, promised, "FAR"),
        threshold=threshold,
        promised=promised,
    )


def _alarms(
    name: str, hits: NDArray[np.bool_], people: NDArray[np.int64], settings: Settings
) -> Figure:
    count, interval = len(np.unique(people)), None
    if count > 1:
        interval = _interval(hits, people, settings)
    return _rate(name, int(hits.sum()), len(hits), count, interval, settings)


def _rate(
    name: str,
    hits: int,
    trials: int,
    independent: int,
    interval: Interval | None,
    settings: Settings,
) -> Figure:
    """Return the rate, or its bound where too few trials were hits to name one."""
    bound = far_bound(
        hits,
        trials,
        independent=max(min(independent, trials), 1),
        confidence=settings.confidence,
    )
    if bound.far is None:
        note = f"{hits:,} of {trials:,}: too few to name a rate, which takes 10"
        return Figure(name, None, at_most=bound.far_at_most, note=note)
    return Figure(name, bound.far, interval=interval, note=f"{hits:,} of {trials:,}")


def _share(
    name: str, values: NDArray[np.bool_], people: NDArray[np.int64], settings: Settings
) -> Figure:
    return Figure(name, float(values.mean()), interval=_interval(values, people, settings))


def _interval(values: NDArray[np.bool_], people: NDArray[np.int64], settings: Settings) -> Interval:
    return mean_interval(values, people, **settings.draws)


def _notes(threshold: Threshold, figure: Figure, promised: float, what: str) -> tuple[str, ...]:
    chosen = f"Threshold {threshold.similarity:.4f} for {what} of {100 * promised:g} %"
    return f"{chosen}: {threshold.source}", f"On these photographs {_verdict(figure, promised)}"


def _verdict(figure: Figure, promised: float) -> str:
    low = 0.0 if figure.interval is None else figure.interval.low
    high = figure.at_most if figure.interval is None else figure.interval.high
    if high is not None and high <= promised:
        return "the threshold keeps what it promises."
    if figure.value is not None and low > promised:
        return "the threshold promises too much: take a stricter one, or calibrate on such people."
    return "there are too few people to tell whether the threshold keeps what it promises."
