"""Frames of a video through PyAV."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from facemetric.errors import DependencyError, SourceError
from facemetric.types import UInt8
from facemetric.watch.source import Source

TIMEOUT_S = 10.0

_CAMERAS = {"linux": "v4l2", "darwin": "avfoundation", "win32": "dshow"}


@contextmanager
def open_capture(
    source: Source, *, timeout_s: float = TIMEOUT_S, threads: int = 1
) -> Iterator[Iterator[Any]]:
    """Open a source and yield its frames, ``av.VideoFrame`` in the order of showing.

    Parameters
    ----------
    source
        From ``parse_source``.
    timeout_s
        How long opening it, and waiting for its next packet, may take.
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
            stream.codec_context.thread_count = threads
            yield _frames(container, stream)
    except (av.FFmpegError, OSError) as error:
        # FFmpeg's own message repeats the address, password included.
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise SourceError(f"it cannot be read: {reason}", item=source.name) from None


def _frames(container: Any, stream: Any) -> Iterator[Any]:
    """Decode; what is damaged is left out, as on a line that loses packets."""
    import av

    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            continue


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
