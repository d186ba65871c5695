"""What is watched: a file, a camera or a stream, and how it is called."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from facemetric.errors import SourceError

Kind = Literal["file", "camera", "stream"]

_PROTOCOLS = {
    "rtsp": "rtsp,rtp,rtcp,udp,tcp",
    "rtsps": "rtsps,rtsp,rtp,rtcp,srtp,udp,tcp,tls",
    "rtmp": "rtmp,tcp",
    "rtmps": "rtmps,tls,tcp",
    "http": "http,tcp",
    "https": "https,tls,tcp",
    "udp": "udp",
    "rtp": "rtp,udp",
    "srt": "srt,udp",
    "tcp": "tcp",
}
"""What each scheme may open in turn: a playlist must not lead to files or to other schemes."""

_NAMED = re.compile(r"(?P<name>[^=:/\\@?]{1,60})=(?P<rest>.+)", re.DOTALL)
_SECRET = re.compile(r"pass|pwd|token|secret|key|auth|user", re.IGNORECASE)


@dataclass(frozen=True, slots=True, repr=False)
class Source:
    """Something to watch.

    Attributes
    ----------
    name
        How events call it: as it was given, else the address without user, password and query.
    address
        As PyAV opens it. It may hold a password: never printed, never logged.
    kind
        ``"file"`` is read from its beginning to its end; the others are live.
    """

    name: str
    address: str
    kind: Kind

    @property
    def live(self) -> bool:
        """Whether it goes on without us, so that late frames are dropped."""
        return self.kind != "file"

    @property
    def protocols(self) -> str:
        """The protocols that it may use, for ``protocol_whitelist``; empty for a camera."""
        if self.kind == "stream":
            return _PROTOCOLS[urlsplit(self.address).scheme.lower()]
        return "file" if self.kind == "file" else ""

    def __repr__(self) -> str:
        return f"Source({self.name!r}, {self.kind})"


def parse_source(text: str) -> Source:
    """Make a source of ``[NAME=]ADDRESS``.

    Parameters
    ----------
    text
        A file; ``camera:N``, or a device such as ``/dev/video0``; or an address ``rtsp://…``,
        ``http://…``, ``udp://…``.

    Raises
    ------
    SourceError
        There is no such file, or the scheme is not one of a video stream.

    Examples
    --------
    >>> parse_source("rtsp://admin:secret@10.0.0.7:554/stream1?token=x").name
    'rtsp://10.0.0.7:554/stream1'
    >>> parse_source("entrance=rtsp://admin:secret@10.0.0.7/stream1").name
    'entrance'
    """
    name, address = None, text
    named = None if Path(text).exists() else _NAMED.fullmatch(text)
    if named:
        name, address = named["name"].strip(), named["rest"]
    scheme, separator, _ = address.partition("://")
    if separator:
        if scheme.lower() not in _PROTOCOLS:
            raise SourceError(
                f"expected a stream of {', '.join(_PROTOCOLS)}, got {scheme!r}",
                item=name or "source",
                fix="Name a file, camera:0, or an address such as rtsp://host/stream",
            )
        return Source(name or shown_stream(address), address, "stream")
    if re.fullmatch(r"camera:\d+", address) or Path(address).is_char_device():
        return Source(name or address, address, "camera")
    if not Path(address).is_file():
        raise SourceError(
            "no such file",
            item=name or address,
            fix="Name a video file, camera:0, or an address such as rtsp://host/stream",
        )
    return Source(name or _shown_name(address), address, "file")


def _shown_name(path: str) -> str:
    """Return a file's name, with bytes that are no text in hex."""
    return os.fsencode(Path(path).name).decode("utf-8", "backslashreplace")


def shown_stream(address: str) -> str:
    """Return an address without user, password and query, and without a path that may hold one."""
    parts = urlsplit(address)
    path = "/…" if _SECRET.search(parts.path) else parts.path
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], path, "", ""))
