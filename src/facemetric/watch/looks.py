"""When a track is looked up, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from facemetric.watch.roster import Answer
from facemetric.watch.track import Track


@dataclass(eq=False, slots=True)
class Looked:
    """What is known of a track: its look-ups since the list last changed, and the last answer."""

    version: int
    looks: int
    added: int
    answer: Answer


class Looks:
    """Decides which tracks are due to be looked up, and keeps the answers.

    A track is looked up once it has ``min_shots`` shots, and again each time there were half as
    many more, at most ``most`` times while nobody is named: each look-up is one more chance for a
    stranger to be taken for somebody. When the list has changed, it begins anew.

    Parameters
    ----------
    min_shots
        Shots before the first look-up, at least 1.
    most
        Look-ups of one track, at least 1.
    more
        Factor by which the number of shots that there have been must have grown.
    """

    def __init__(self, *, min_shots: int = 3, most: int = 5, more: float = 1.5) -> None:
        self._min_shots = min_shots
        self._most = most
        self._more = more
        self._looked: dict[int, Looked] = {}

    def due(self, track: Track, *, version: int) -> bool:
        """Whether a track is to be looked up now, the list being of this version."""
        if len(track.shots) < self._min_shots:
            return False
        known = self._looked.get(track.number)
        if known is None or known.version != version:
            return True
        return (
            known.answer.match is None
            and known.looks < self._most
            and track.shots.added >= self._more * known.added
        )

    def keep(self, track: Track, answer: Answer, *, version: int) -> None:
        """Keep the answer of a look-up."""
        known = self._looked.get(track.number)
        before = known.looks if known is not None and known.version == version else 0
        self._looked[track.number] = Looked(version, before + 1, track.shots.added, answer)

    def of(self, track: Track) -> Looked | None:
        """Return what came of a track's look-ups; ``None`` where there was none."""
        return self._looked.get(track.number)

    def forget(self, track: Track) -> Looked | None:
        """Forget a track that has ended, and return what was known of it."""
        return self._looked.pop(track.number, None)
