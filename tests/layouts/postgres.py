"""A PostgreSQL server with pgvector for tests, one for each test process."""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

_NUMBERS = itertools.count()
_USER = "pgserver" if os.geteuid() == 0 else None
"""Who runs the server: it refuses to be run by root."""


@cache
def server() -> tuple[str, Path]:
    """Start the server; return its address and its data folder."""
    # The wheel looks for a runtime folder, and warns where there is none.
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="runtime-"))
    import pgserver

    folder = tempfile.mkdtemp(prefix="facemetric-postgres-")
    started = pgserver.get_server(folder, cleanup_mode="stop")
    started.psql("ALTER SYSTEM SET max_prepared_transactions = 4")
    started.psql("ALTER SYSTEM SET autovacuum = off")  # its ANALYZE sees the past now and then
    pgserver.pg_ctl(["-w", "restart", "-l", str(started.log)], Path(folder), user=_USER)
    started.ensure_postgres_running()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(started.cleanup)
    return started.get_uri(), Path(folder)


@contextmanager
def standby() -> Iterator[str]:
    """Start a standby of the server, by the slot ``standby``, that tells it of its queries."""
    import pgserver

    address, _ = server()
    folder = Path(tempfile.mkdtemp(prefix="facemetric-standby-"))
    if _USER is not None:
        shutil.chown(folder, _USER)
    place = parse_qs(urlsplit(address).query)["host"][0]
    asked = ["-D", str(folder), "-R", "-C", "-S", "standby", "-c", "fast", "-d", address]
    pgserver.pg_basebackup(asked, user=_USER)
    (folder / "postmaster.pid").unlink(missing_ok=True)
    options = "-c port=5433 -c hot_standby_feedback=on -c wal_receiver_status_interval=1"
    options += f" -k {place} -h ''"
    log = str(folder / "standby.log")
    try:
        pgserver.pg_ctl(["-w", "-l", log, "-o", options, "start"], folder, user=_USER)
        yield address.replace("?host=", "?port=5433&host=")
    finally:
        pgserver.pg_ctl(["-w", "-m", "immediate", "stop"], folder, user=_USER)
        shutil.rmtree(folder, ignore_errors=True)


def postgres_address() -> str:
    """Return the address of a gallery that is not there yet."""
    address, _ = server()
    return f"{address}&gallery=test_{next(_NUMBERS)}"
