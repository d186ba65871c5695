"""People who are not on the list: ignored, counted, or told apart without being stored."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from facemetric.types import Float32, Float64

_MOST = 1000


UnknownPolicy: TypeAlias = Literal["ignore", "count", "group"]
"""What is done about people who are not on the list.

``ignore``: nothing. ``count``: an event for each track that ends unnamed. ``group``: the same, with
a number that is the same whenever the same face comes back; the faces' templates are in memory for
that, for ``forget_s``, and nowhere else.
"""


@dataclass(slots=True)
class _Group:
    number: int
    total: Float64
    visits: int
    last_s: float


class UnknownGroups:
    """Numbers for unknown faces; at most a thousand are remembered, the longest unseen go first.

    Parameters
    ----------
    same
        Cosine from which two templates are one person.
    forget_s
        How long a face is remembered after it was last seen.
    """

    def __init__(self, *, same: float, forget_s: float = 3600.0) -> None:
        self._same = same
        self._forget_s = forget_s
        self._groups: OrderedDict[int, _Group] = OrderedDict()
        self._given = 0

    def __len__(self) -> int:
        return len(self._groups)

    def number(self, template: Float32, *, at_s: float) -> tuple[int, int]:
        """Return the number of a face, and how many visits it has had with this one.

        Parameters
        ----------
        template
            ``float32 (D,)``, unit norm.
        at_s
            When it was seen.
        """
        while self._groups and at_s - next(iter(self._groups.values())).last_s > self._forget_s:
            self._groups.popitem(last=False)
        group = self._nearest(template)
        if group is None:
            self._given += 1
            group = _Group(self._given, np.zeros(len(template)), 0, at_s)
        group.total = group.total + template
        group.visits += 1
        group.last_s = max(group.last_s, at_s)
        self._groups[group.number] = group
        self._groups.move_to_end(group.number)
        if len(self._groups) > _MOST:
            self._groups.popitem(last=False)
        return group.number, group.visits

    def _nearest(self, template: Float32) -> _Group | None:
        if not self._groups:
            return None
        groups = list(self._groups.values())
        totals = np.stack([group.total for group in groups])
        cosines = totals @ template / np.linalg.norm(totals, axis=1)
        best = int(cosines.argmax())
        return groups[best] if cosines[best] >= self._same else None
