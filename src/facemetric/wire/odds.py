"""What a similarity says, as JSON."""

from __future__ import annotations

from typing import Literal

from facemetric.wire.faces import Wire

Limit = Literal["at_least", "at_most"]


class OddsOut(Wire):
    """How many strangers are as similar, and how the similarity weighs as evidence.

    ``stranger_rate`` is the share of the pairs of strangers that reach the similarity, with the
    upper end of its 95 % interval; ``rate_text`` says it in words, such as ``1 in 10,000``.
    ``log10_lr`` is the logarithm of how many times more often one person's pairs have the
    similarity than strangers' pairs; ``lr_text`` says it in words. A limit tells that the
    similarity lies outside what was measured, so that the figure is only a bound.
    """

    stranger_rate: float
    stranger_rate_high: float
    rate_limit: Limit | None
    rate_text: str
    log10_lr: float | None
    lr_limit: Limit | None
    lr_text: str | None
    source: str
