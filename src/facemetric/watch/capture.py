"""Frames of a video through PyAV."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from facemetric.errors import DependencyError, SourceError
from facemetric.types import UInt8
from facemetric.watch.source import Source

TIMEOUT_S = 10.0
MOST_PIXELS = 50_000_000
"""Of a frame, half as many again as 8K has: a header must not make us ask for all the memory."""
_STEP_S = 1 / 25

_CAMERAS = {"linux": "v4l2", "darwin": "avfoundation", "win32": "dshow"}


@dataclass(frozen=True, slots=True)
class Capture:
    """An open source.

    Attributes
    ----------
    frames
        ``av.VideoFrame`` in the order of showing.
    step_s
        From frame to frame, as the source says.
    """

    frames: Iterator[Any]
    step_s: float


@contextmanager
def open_capture(
    source: Source, *, timeout_s: float = TIMEOUT_S, threads: int = 1
) -> Iterator[Capture]:
    """Open a source.

    Parameters
    ----------
    source
        From ``parse_source``.
    timeout_s
        How long opening it, waiting for its next packet, and, of a live source, for the next
        picture that can be decoded may take.
    threads
        Threads of the decoder.

    Raises
    ------
    SourceError
        It cannot be opened or read, or has no pictures. The address is not in the message.
    DependencyError
        PyAV is not installed.
    """
    av = _av()
    try:
        with av.open(**_how(source), timeout=(timeout_s, timeout_s)) as container:
            if not container.streams.video:
                raise SourceError("it has no video", item=source.name)
            stream = container.streams.video[0]
            context = stream.codec_context
            if context.width * context.height > MOST_PIXELS:
                raise SourceError(
                    f"expected at most {MOST_PIXELS:,} pixels, its frames have {context.width} x "
                    f"{context.height}",
                    item=source.name,
                )
            context.thread_count = threads
            context.options = {"max_pixels": str(MOST_PIXELS)}
            rate = stream.average_rate or stream.guessed_rate
            frames = _frames(container, stream, source, timeout_s if source.live else None)
            yield Capture(frames, 1 / float(rate) if rate else _STEP_S)
    except (av.FFmpegError, OSError) as error:
        # FFmpeg's own message repeats the address, password included.
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise SourceError(f"it cannot be read: {reason}", item=source.name) from None


def _frames(container: Any, stream: Any, source: Source, blind_s: float | None) -> Iterator[Any]:
    """Decode; what is damaged is left out, as on a line that loses packets, but not for ever."""
    import av

    seen_s = time.monotonic()
    # All streams, since sound alone, without pictures, would be waited through in there.
    for packet in container.demux():
        if packet.stream_index == stream.index:
            try:
                for frame in packet.decode():
                    yield frame
                    seen_s = time.monotonic()
            except av.error.InvalidDataError:
                pass
        if blind_s is not None and time.monotonic() - seen_s > blind_s:
            raise SourceError("no picture can be decoded", item=source.name)


def upright_pixels(frame: Any) -> UInt8:
    """Return a frame's pixels ``uint8 (H, W, 3)`` RGB, turned as the video says."""
    pixels = frame.to_ndarray(format="rgb24")
    turns = round(getattr(frame, "rotation", 0) / 90) % 4
    return np.ascontiguousarray(np.rot90(pixels, turns)) if turns else pixels


def _how(source: Source) -> dict[str, Any]:
    if source.kind == "camera":
        driver = _CAMERAS.get(sys.platform, "v4l2")
        number = source.address.removeprefix("camera:")
        device = f"/dev/video{number}" if number.isdigit() and driver == "v4l2" else number
        return {"file": device, "format": driver}
    options = {"protocol_whitelist": source.protocols}
    if source.kind == "file":
        return {"file": f"file:{source.address}", "options": options}
    scheme = source.address.partition("://")[0].lower()
    if scheme.startswith("rtsp"):
        options["rtsp_transport"] = "tcp"  # over UDP, lost packets show as torn faces
    if scheme.startswith("http"):
        # Who answers must not choose where else this machine asks.
        options["max_redirects"] = "0"
    return {"file": source.address, "options": options}


def _av() -> Any:
    try:
        import av
    except ImportError:
        raise DependencyError(
            "watching needs PyAV", item="av", fix='Install it: pip install "facemetric[watch]"'
        ) from None
    return av
