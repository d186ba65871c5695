"""A camera on this machine: RTSP (RFC 2326) with an MPEG transport stream in RTP (RFC 2250)."""

from __future__ import annotations

import base64
import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_TS_BYTES, _PER_PACKET, _MPEG_TS = 188, 7, 33
_SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=video 0 RTP/AVP 33\r\na=control:track1\r\n"
)


@dataclass
class Camera:
    """Where it is, and what was asked of it."""

    port: int = 0
    asked: list[str] = field(default_factory=list)
    refused: int = 0


@contextmanager
def rtsp_camera(clip: Path, *, user: str, password: str) -> Iterator[Camera]:
    """Serve a transport stream to whoever has the password; each connection ends with the clip."""
    camera = Camera()
    stream = clip.read_bytes()
    wanted = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while (asked := self._request()) is not None:
                method, address, headers = asked
                camera.asked.append(method)
                if headers.get("authorization") != wanted:
                    camera.refused += 1
                    self._answer(
                        "401 Unauthorized", headers, {"WWW-Authenticate": 'Basic realm="c"'}
                    )
                elif method == "OPTIONS":
                    self._answer("200 OK", headers, {"Public": "DESCRIBE, SETUP, PLAY, TEARDOWN"})
                elif method == "DESCRIBE":
                    about = {"Content-Base": address, "Content-Type": "application/sdp"}
                    self._answer("200 OK", headers, about, _SDP)
                elif method == "SETUP":
                    transport = {"Transport": "RTP/AVP/TCP;unicast;interleaved=0-1"}
                    self._answer("200 OK", headers, transport | {"Session": "1"})
                elif method == "PLAY":
                    self._answer("200 OK", headers, {"Session": "1"})
                    self._play()
                    return
                else:
                    return

        def _request(self) -> tuple[str, str, dict[str, str]] | None:
            first = self.rfile.readline().decode().split()
            if len(first) < 2:
                return None
            headers = {}
            while line := self.rfile.readline().decode().strip():
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            return first[0], first[1], headers

        def _answer(
            self, status: str, asked: dict[str, str], headers: dict[str, str], body: str = ""
        ) -> None:
            lines = [f"RTSP/1.0 {status}", f"CSeq: {asked.get('cseq', '0')}"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            lines += [f"Content-Length: {len(body)}", "", body]
            self.wfile.write("\r\n".join(lines).encode())

        def _play(self) -> None:
            step = _TS_BYTES * _PER_PACKET
            for number, start in enumerate(range(0, len(stream), step)):
                head = struct.pack("!BBHII", 0x80, _MPEG_TS, number & 0xFFFF, number * 900, 1)
                packet = head + stream[start : start + step]
                try:
                    self.wfile.write(b"$\x00" + struct.pack("!H", len(packet)) + packet)
                except OSError:
                    return
                time.sleep(0.001)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        camera.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield camera
        finally:
            server.shutdown()
            thread.join()
