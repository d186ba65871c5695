"""What a similarity says: how many strangers reach it, and how it weighs as evidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from facemetric.bundle import Calibration, Manifest
from facemetric.decide.support import measured_points

Limit: TypeAlias = Literal["at_least", "at_most"]


@dataclass(frozen=True, slots=True)
class Odds:
    """How often strangers are as similar as this, and how much more often one person is.

    Attributes
    ----------
    stranger_rate
        Share of the pairs of strangers that reach the similarity: measured, between two measured
        thresholds on a straight line of its logarithm, outside them that of the last one.
    stranger_rate_high
        Upper end of its 95 % interval, by the same rule; 1 below the loosest measured threshold,
        where nothing bounds the rate from above.
    rate_limit
        ``"at_most"`` where the similarity is above the strictest measured threshold, so that the
        rate is lower; ``"at_least"`` below the loosest; ``None`` between.
    log10_lr
        Logarithm of how many times more often one person's pairs have this similarity than pairs
        of strangers; ``None`` where the calibration has no likelihood ratios.
    lr_limit
        ``"at_least"`` or ``"at_most"`` where the ratio is the last one that the data supports.
    source
        What it was measured on, as a phrase for people.
    """

    stranger_rate: float
    stranger_rate_high: float
    rate_limit: Limit | None
    log10_lr: float | None
    lr_limit: Limit | None
    source: str

    @property
    def one_in(self) -> int:
        """How many pairs of strangers there are to one that reaches it; two digits, downwards."""
        return _two_digits_down(1 / self.stranger_rate)

    @property
    def rate_text(self) -> str:
        """The rate as a phrase: ``"1 in 12,000"``, ``"fewer than 1 in 1,000,000"``."""
        before = {"at_most": "fewer than ", "at_least": "more than ", None: ""}[self.rate_limit]
        return f"{before}1 in {self.one_in:,}"

    @property
    def lr_text(self) -> str | None:
        """The likelihood ratio as a phrase, ``None`` where there is none."""
        if self.log10_lr is None:
            return None
        before = {"at_most": "at most ", "at_least": "at least ", None: ""}[self.lr_limit]
        if self.log10_lr >= 0:
            return f"{before}{_two_digits(10**self.log10_lr)} times likelier for one person"
        # Less than a small ratio is more than its inverse.
        before = {"at most ": "at least ", "at least ": "at most ", "": ""}[before]
        return f"{before}{_two_digits(10**-self.log10_lr)} times likelier for two people"

    def rate_among(self, compared: int) -> float:
        """Bound the chance that a stranger's best match among ``compared`` samples reaches it.

        ``1 - (1 - f)^n`` with the upper end of the interval for f, the comparisons taken as
        independent.
        """
        if self.stranger_rate_high >= 1:
            return 1.0 if compared else 0.0
        return -math.expm1(compared * math.log1p(-self.stranger_rate_high))


@dataclass(frozen=True, slots=True)
class OddsTable:
    """A calibration, ready to be asked for the odds of similarities."""

    calibration: Calibration

    def at(self, similarity: float) -> Odds:
        """Return the odds of a similarity, a cosine in [-1, 1]."""
        points = measured_points(self.calibration)
        values = [point.similarity for point in points]
        rate, high = (
            _between(similarity, values, [max(rate, 1e-300) for rate in rates])
            for rates in (
                [point.far for point in points],
                [max(point.far, point.far_high) for point in points],
            )
        )
        rate_limit: Limit | None = None
        if similarity > values[-1]:
            rate_limit = "at_most"
        elif similarity < values[0]:
            rate_limit, high = "at_least", 1.0
        ratio, lr_limit = self._ratio(similarity)
        return Odds(rate, min(high, 1.0), rate_limit, ratio, lr_limit, self.source)

    @property
    def source(self) -> str:
        """What was measured, as a phrase for people."""
        table = self.calibration
        return (
            f"{table.data} ({measured_points(table)[0].impostor_pairs:,} pairs of strangers, "
            f"{table.people:,} people)"
        )

    def _ratio(self, similarity: float) -> tuple[float | None, Limit | None]:
        ratios = self.calibration.likelihood_ratios
        if ratios is None:
            return None, None
        first, last = ratios.table[0], ratios.table[-1]
        if similarity <= first[0]:
            return first[1], "at_most"
        if similarity >= last[0]:
            return last[1], "at_least"
        return _line(
            similarity, [row[0] for row in ratios.table], [row[1] for row in ratios.table]
        ), None


def odds_table(manifest: Manifest, *, flip: bool) -> OddsTable | None:
    """Return the table of a bundle's odds, ``None`` where it has none for such embeddings.

    Of several calibrations, the one with the most pairs of strangers.

    Parameters
    ----------
    manifest
        The bundle's manifest, with its calibrations.
    flip
        Whether the embeddings are averaged over the mirrored chip.
    """
    kin = [one for one in manifest.calibrations if one.flip == flip and measured_points(one)]
    if not kin:
        return None
    return OddsTable(max(kin, key=lambda one: measured_points(one)[0].impostor_pairs))


def _between(x: float, xs: Sequence[float], rates: Sequence[float]) -> float:
    """Interpolate rates on their logarithm; the last ones hold outside."""
    if x <= xs[0]:
        return rates[0]
    if x >= xs[-1]:
        return rates[-1]
    return math.exp(_line(x, xs, [math.log(rate) for rate in rates]))


def _line(x: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    for place in range(1, len(xs)):
        if x <= xs[place]:
            width = xs[place] - xs[place - 1]
            share = (x - xs[place - 1]) / width if width else 1.0
            return ys[place - 1] + share * (ys[place] - ys[place - 1])
    return ys[-1]


def _two_digits_down(value: float) -> int:
    # 1/0.001 may come out a little less than 1000.
    whole = math.floor(value * (1 + 1e-9))
    step = int(10 ** max(len(str(whole)) - 2, 0))
    return whole // step * step


def _two_digits(value: float) -> str:
    if value < 9.95:
        return f"{value:.1f}"
    return f"{round(value, 1 - math.floor(math.log10(value))):,.0f}"
