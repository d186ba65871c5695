"""Transactions that still see what was erased: vacuuming leaves it for them."""

from __future__ import annotations

import time

from facemetric.gallery.postgres.database import PostgresDatabase

WAIT_S = 5.0
_NOW = "SELECT pg_snapshot_xmax(pg_current_snapshot())::xid::text"
# Whose and what they are is told to their owner alone; how far back they see, to everybody.
_OLDER = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND coalesce(backend_type, 'client backend') = 'client backend'
    AND (age(backend_xmin) > age(?::xid) OR age(backend_xid) > age(?::xid))"""


def nobody_sees_the_past(server: PostgresDatabase) -> bool:
    """Wait for transactions that began before; return whether all of them have ended."""
    with server.read() as connection:
        (now,) = connection.execute(_NOW).fetchone()
    deadline = time.monotonic() + WAIT_S
    while True:
        with server.read() as connection:
            (older,) = connection.execute(_OLDER, (now, now)).fetchone()
        if not older or time.monotonic() > deadline:
            return not older
        time.sleep(0.05)
