"""Who it is, or unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facemetric.decide.classifier import Classifier, Ranked
from facemetric.decide.gallery_threshold import stranger_risk_of
from facemetric.decide.odds import Odds, OddsTable
from facemetric.decide.threshold import Threshold
from facemetric.decide.verify import LIVENESS, Liveness
from facemetric.errors import InputError
from facemetric.types import AnyArray


@dataclass(frozen=True, slots=True)
class Identification:
    """Who a face is.

    Attributes
    ----------
    name
        Label of the person, or ``None``: unknown.
    candidates
        The classifier's ranking, best first, whatever was decided.
    threshold
        The threshold and where it comes from.
    reason
        Why, in a sentence for people.
    stranger_risk
        Upper bound of the chance that this many samples name somebody who is not enrolled, from
        ``stranger_risk_of``: measured in galleries of that size, or extrapolated as
        ``1 - (1 - f)^n``. The samples of one person are alike, so that the true chance is
        lower; it is higher where strangers resemble the enrolled people more than those of the
        calibration do (a family). ``None`` where the threshold has no known rate.
    odds
        Of the first candidate's similarity, as for one pair; ``None`` without calibration.
    stranger_rate
        Upper bound of the chance that a stranger's best match among this many samples is as
        similar as the first candidate: ``odds.rate_among``. ``None`` like ``odds``.
    liveness
        Always ``"not_checked"``: a photograph of a person is identified too.
    """

    name: str | None
    candidates: tuple[Ranked, ...]
    threshold: Threshold
    reason: str
    stranger_risk: float | None = None
    odds: Odds | None = None
    stranger_rate: float | None = None
    liveness: Liveness = LIVENESS


def identify(
    query: AnyArray,
    classifier: Classifier,
    threshold: Threshold,
    k: int = 5,
    *,
    odds: OddsTable | None = None,
) -> Identification:
    """Identify one embedding ``(D,)``; see ``identify_many``."""
    if np.ndim(query) != 1:
        raise InputError(f"expected (D,), got {np.shape(query)}", item="query")
    return identify_many(np.asarray(query)[None], classifier, threshold, k, odds=odds)[0]


def identify_many(
    queries: AnyArray,
    classifier: Classifier,
    threshold: Threshold,
    k: int = 5,
    *,
    odds: OddsTable | None = None,
) -> list[Identification]:
    """Identify embeddings ``(Q, D)`` among the people that a classifier knows.

    The classifier says who comes first; that person is named where the cosine similarity to their
    best sample reaches the threshold, since the threshold's false-accept rate was measured on
    cosines and says nothing of a classifier's own score.

    Parameters
    ----------
    queries
        ``float (Q, D)``, unit rows.
    classifier
        Fitted.
    threshold
        From ``threshold_for`` or ``manual_threshold``.
    k
        How many candidates to list.
    odds
        From ``odds_table``, to say how telling the similarities are.

    Raises
    ------
    InputError
        The classifier is not fitted, or the queries do not fit it.
    """
    ranked = classifier.rank(queries, k)
    return [
        decide_who(one, threshold, compared=classifier.sample_count, odds=odds) for one in ranked
    ]


def decide_who(
    candidates: Sequence[Ranked],
    threshold: Threshold,
    *,
    compared: int,
    odds: OddsTable | None = None,
) -> Identification:
    """Decide on a ranking, wherever it comes from: the first is named, or nobody.

    Parameters
    ----------
    candidates
        Best first; may be empty.
    threshold
        From ``threshold_for`` or ``manual_threshold``.
    compared
        With how many enrolled samples the face was compared.
    odds
        From ``odds_table``, to say how telling the first one's similarity is.

    Raises
    ------
    InputError
        ``compared`` is less than the number of candidates.
    """
    if compared < len(candidates):
        raise InputError(
            f"expected at least the {len(candidates)} candidates, got {compared}", item="compared"
        )
    risk = stranger_risk_of(threshold, compared)
    wanted = f"{threshold.similarity:.3f} ({threshold.source})"
    if not candidates:
        return Identification(None, (), threshold, "nobody is enrolled", risk)
    first = candidates[0]
    told = odds.at(first.similarity) if odds is not None else None
    rate = told.rate_among(compared) if told is not None else None
    if threshold.accepts(first.similarity):
        name: str | None = first.label
        reason = f"similarity {first.similarity:.3f} reaches {wanted}"
    else:
        name = None
        reason = f"unknown: {first.label} comes first, at {first.similarity:.3f}, below {wanted}"
    return Identification(name, tuple(candidates), threshold, reason, risk, told, rate)
