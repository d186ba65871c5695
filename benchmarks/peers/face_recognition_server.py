"""Serve face_recognition's default path over HTTP: a photograph in, names out.

Run by the python of the environment that ``setup_peers.sh`` makes, with a file of encodings
``(N, 128)``. The first line out is the address. The encodings stand for people enrolled; what
is measured is time, so it does not matter whose they are.
"""

from __future__ import annotations

import io
import json
import sys
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

warnings.simplefilter("ignore")  # what it imports is deprecated

import face_recognition  # noqa: E402

ENCODINGS = list(np.load(sys.argv[1]))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        pixels = face_recognition.load_image_file(io.BytesIO(data))
        boxes = face_recognition.face_locations(pixels)
        nearest = []
        for encoding in face_recognition.face_encodings(pixels, boxes):
            distances = face_recognition.face_distance(ENCODINGS, encoding)
            best = int(np.argmin(distances))
            nearest.append(best if distances[best] <= 0.6 else None)
        body = json.dumps(nearest).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    request_queue_size = 64


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()
