"""What lets nobody be found though frames come."""

from __future__ import annotations

from collections.abc import Iterator

from facemetric.watch.frame import Frame
from facemetric.watch.tracker import LONGEST_STEP_S

_EVERY_PX = 8


class Blindness:
    """Notices, once each, a picture that is stuck and frames too far apart to follow a face.

    Parameters
    ----------
    live
        Whether the source is a camera or a stream, whose picture never stays the same: a sensor's
        noise always changes it.
    after_s
        For how long a picture must be the very same.
    """

    def __init__(self, *, live: bool, after_s: float = 60.0) -> None:
        self._live = live
        self._after_s = after_s
        self._sample = b""
        self._since_s = 0.0
        self._stuck = False
        self._seldom = False

    def reasons(self, frame: Frame, *, step_s: float) -> Iterator[str]:
        """Take in a frame, and say what is to be told now.

        Parameters
        ----------
        frame
            The newest.
        step_s
            How far the last frames that were looked at are apart.
        """
        sample = frame.pixels[::_EVERY_PX, ::_EVERY_PX].tobytes() if self._live else b""
        if sample != self._sample or not self._live:
            self._sample, self._since_s, self._stuck = sample, frame.at_s, False
        elif not self._stuck and frame.at_s - self._since_s >= self._after_s:
            self._stuck = True
            yield (
                f"the picture has not changed at all for {self._after_s:.0f} s: look whether the "
                "camera is stuck or covered"
            )
        if step_s > LONGEST_STEP_S and not self._seldom:
            self._seldom = True
            yield (
                f"a frame is looked at every {step_s:.0f} s only, too seldom to follow faces: "
                "lower --every, or watch fewer sources"
            )
