"""What is told of a list that has become too long for its risk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

from facemetric.watch.roster import Roster
from facemetric.wire.faces import ThresholdOut
from facemetric.wire.watch import WatchListOut


class Outgrowth:
    """Tells when a list has outgrown its risk, each time that has doubled, and when it fits again.

    Parameters
    ----------
    roster
        The list.
    """

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._told_risk: float | None = None

    def changes(self, at_s: float, time: datetime) -> Iterator[WatchListOut]:
        """Yield an event where there is something new.

        Parameters
        ----------
        at_s, time
            Now: since the watch began, and in UTC.
        """
        risk = self._roster.stranger_risk
        if risk is None:  # a threshold by hand
            return
        if self._roster.outgrown is None:
            if self._told_risk is not None:
                self._told_risk = None
                yield self._event(at_s, time, risk, reason=None)
        elif self._told_risk is None or risk >= min(2 * self._told_risk, 1.0) > self._told_risk:
            self._told_risk = risk
            yield self._event(
                at_s,
                time,
                risk,
                reason=f"the list has {self._roster.samples:,} samples, too many for a stranger "
                f"risk of {self._roster.asked_risk:g}: at the strictest calibrated threshold it "
                f"is {risk:.2g} now. Shorten the list, or start again with a higher "
                "--stranger-risk or a --threshold by hand",
            )

    def _event(
        self, at_s: float, time: datetime, risk: float, *, reason: str | None
    ) -> WatchListOut:
        return WatchListOut(
            event_id=str(uuid4()),
            source="",
            at=time.isoformat(timespec="milliseconds"),
            stream_s=round(at_s, 3),
            state="fits" if reason is None else "outgrown",
            people=self._roster.people,
            samples=self._roster.samples,
            threshold=ThresholdOut.model_validate(self._roster.threshold),
            stranger_risk=risk,
            asked_risk=self._roster.asked_risk,
            reason=reason,
        )
