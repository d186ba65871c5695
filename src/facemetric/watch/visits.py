"""Visits: one alert for each person and stay, however often the face is lost and found."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(slots=True)
class Visit:
    """A person's stay before one source.

    Attributes
    ----------
    person_id
        Who.
    first_s, last_s
        First and last sighting, in seconds since the source began.
    alert_id
        The event that told of it; ``None`` where there was none yet.
    """

    person_id: str
    first_s: float
    last_s: float
    alert_id: str | None = None


class Visits:
    """Open visits of one source.

    Parameters
    ----------
    dwell_s
        Alert once the person has been in view for so long; 0: at once.
    cool_down_s
        A visit is over when the person is no longer followed and has not been seen for so long;
        seen again, a new one begins.
    """

    def __init__(self, *, dwell_s: float = 0.0, cool_down_s: float = 30.0) -> None:
        self._dwell_s = dwell_s
        self._cool_down_s = cool_down_s
        self._open: dict[str, Visit] = {}

    def __len__(self) -> int:
        return len(self._open)

    def seen(self, person_id: str, *, since_s: float, at_s: float) -> Visit | None:
        """Take in that a person is in view; return the visit where an alert is due now.

        Take those that are over first (``over``): an open visit is gone on with.

        Parameters
        ----------
        person_id
            Who.
        since_s
            When the face that is theirs came into view.
        at_s
            When it was last seen; a call with an older time changes nothing.
        """
        visit = self._open.get(person_id)
        if visit is None:
            visit = self._open[person_id] = Visit(person_id, since_s, at_s)
        visit.first_s = min(visit.first_s, since_s)
        visit.last_s = max(visit.last_s, at_s)
        due = visit.alert_id is None and visit.last_s - visit.first_s >= self._dwell_s
        return visit if due else None

    def over(self, at_s: float, *, followed: Collection[str] = ()) -> list[Visit]:
        """Return the visits that are over by now, and forget them.

        Parameters
        ----------
        at_s
            Now.
        followed
            People of whom a face is followed: their visits go on, whatever the cool-down.
        """
        ended = [
            visit
            for visit in self._open.values()
            if at_s - visit.last_s >= self._cool_down_s and visit.person_id not in followed
        ]
        for visit in ended:
            del self._open[visit.person_id]
        return ended

    def forget(self, person_id: str) -> Visit | None:
        """Drop a person's visit."""
        return self._open.pop(person_id, None)

    def finish(self) -> list[Visit]:
        """End all visits and return them."""
        ended = list(self._open.values())
        self._open.clear()
        return ended
