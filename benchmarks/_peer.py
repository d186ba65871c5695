"""A peer in a process of its own, in the environment that ``setup_peers.sh`` makes."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

HERE = Path(__file__).parent

# For os.environ, before the libraries that read them are imported.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class Peer:
    """One script of ``peers/``: a JSON request a line in, an answer a line out.

    ``ready`` is the first line, which it writes when everything is loaded.
    """

    def __init__(self, script: str, *, python: Path) -> None:
        if not python.exists():
            sys.exit(f"no peer at {python}: run bash benchmarks/setup_peers.sh")
        self._process = subprocess.Popen(
            [python, HERE / "peers" / script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **ONE_THREAD},
        )
        self.ready = self._read()

    def ask(self, **request: Any) -> Any:
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._read()

    def __enter__(self) -> Peer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=60)

    def _read(self) -> Any:
        line = self._process.stdout.readline()
        if not line:
            sys.exit("the peer's process ended; its message stands above")
        return json.loads(line)


def add_peer_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--peer-python``."""
    parser.add_argument(
        "--peer-python",
        type=Path,
        default=HERE.parent / ".venv-bench" / "bin" / "python",
        help="python of the peers' environment (default .venv-bench)",
    )
