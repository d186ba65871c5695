"""Serve the perceptual hash of the ``imagehash`` package: a JSON request a line in, an answer out.

Request ``{"paths": [...]}``, answer ``{"hashes": ["hex", ...], "seconds": s}``, one thread,
decoding included. The first line out is ``{"versions": {...}}``.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version

import imagehash
from PIL import Image


def main() -> None:
    print(json.dumps({"versions": {name: version(name) for name in ("ImageHash", "pillow")}}))
    sys.stdout.flush()
    for line in sys.stdin:
        paths = json.loads(line)["paths"]
        start = time.perf_counter()
        hashes = [str(imagehash.phash(Image.open(path))) for path in paths]
        answer = {"hashes": hashes, "seconds": time.perf_counter() - start}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
