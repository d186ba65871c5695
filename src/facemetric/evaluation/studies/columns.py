"""Which figures of an evaluation a study shows level by level."""

from __future__ import annotations

import re
from dataclasses import dataclass

from facemetric.evaluation.evaluate import Evaluation
from facemetric.evaluation.figure import Figure

_RATE = re.compile(r"(?P<what>[A-Za-z0-9 -]+) at (?:FAR|FPIR) (?P<rate>\S+)$")
_PAPERS_FAR = 1e-3


@dataclass(frozen=True, slots=True)
class Column:
    """A figure that every level has.

    Attributes
    ----------
    part, figure
        Names.
    at_rate
        Whether it is a rate at a false-accept rate, as the paper's figures are.
    """

    part: str
    figure: str
    at_rate: bool

    def of(self, one: Evaluation) -> Figure:
        """Return the figure of an evaluation."""
        return one.part(self.part).figure(self.figure)


def columns_of(one: Evaluation) -> tuple[Column, ...]:
    """Return the first figure of each part, and its rate at FAR 1e-3, which the paper gives.

    Where the data does not support that rate, the lowest that it supports.
    """
    columns: list[Column] = []
    for part in one.parts:
        rates = {
            float(found["rate"]): figure.name
            for figure in part.figures
            if figure.value is not None and (found := _RATE.match(figure.name))
        }
        chosen = rates[min(rates, key=lambda rate: (rate != _PAPERS_FAR, rate))] if rates else None
        first = part.figures[0].name
        if first not in rates.values():
            columns.append(Column(part.name, first, False))
        if chosen is not None:
            columns.append(Column(part.name, chosen, True))
    return tuple(columns)
