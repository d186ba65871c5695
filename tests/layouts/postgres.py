"""A PostgreSQL server with pgvector for tests, one for each test process."""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

_NUMBERS = itertools.count()


@cache
def server() -> tuple[str, Path]:
    """Start the server; return its address and its data folder."""
    # The wheel looks for a runtime folder, and warns where there is none.
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="runtime-"))
    import pgserver

    folder = tempfile.mkdtemp(prefix="facemetric-postgres-")
    started = pgserver.get_server(folder, cleanup_mode="stop")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(started.cleanup)
    return started.get_uri(), Path(folder)


def postgres_address() -> str:
    """Return the address of a gallery that is not there yet."""
    address, _ = server()
    return f"{address}&gallery=test_{next(_NUMBERS)}"
