"""The time of a file's frames."""

from __future__ import annotations

_PART_S = 1.0


class FileClock:
    """Seconds since a file began, which never go back, whatever its time stamps do.

    Where they go back by a second or more, as in recordings that were put one behind the other, a
    new part begins a step after the last frame; by less, they are taken for jitter. Frames without
    stamps, as in a raw H.264 file, are a step apart.

    Parameters
    ----------
    step_s
        From frame to frame, as the file says.
    """

    def __init__(self, step_s: float) -> None:
        self._step_s = step_s
        self._stamp_s: float | None = None
        self._now_s: float | None = None

    def at(self, stamp_s: float | None) -> float:
        """Return when the next frame is, by its time stamp where it has one."""
        if self._now_s is None:
            self._now_s = 0.0
        elif stamp_s is None or self._stamp_s is None:
            self._now_s += self._step_s
        elif stamp_s <= self._stamp_s - _PART_S:
            self._now_s += self._step_s
            self._stamp_s = stamp_s
        else:
            self._now_s += max(stamp_s - self._stamp_s, 0.0)
        if stamp_s is not None:
            self._stamp_s = stamp_s if self._stamp_s is None else max(stamp_s, self._stamp_s)
        return self._now_s
