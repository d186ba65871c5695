"""Whoever still sees what was erased: vacuuming leaves it for them."""

from __future__ import annotations

import time

from facemetric.gallery.postgres.database import PostgresDatabase

WAIT_S = 5.0
_NOW = "SELECT pg_snapshot_xmax(pg_current_snapshot())::xid::text"
# Everybody is told how far back others see, and their owner alone whose and what they are. Whoever
# writes, in any database, holds back the snapshots that begin in this one. Who vacuums, an
# autovacuum worker among them, keeps nothing for himself, and the server does not wait for him.
_OLDER = """WITH erased AS (SELECT age(?::xid) AS age)
    SELECT
    (SELECT count(*) FROM pg_stat_activity, erased WHERE pid <> pg_backend_pid()
        AND pid NOT IN (SELECT pid FROM pg_stat_progress_vacuum) AND (
        age(backend_xid) > erased.age
        OR (age(backend_xmin) > erased.age AND coalesce(datname, current_database())
            = current_database())))
    + (SELECT count(*) FROM pg_prepared_xacts, erased WHERE age(transaction) > erased.age)
    + (SELECT count(*) FROM pg_replication_slots, erased WHERE age(xmin) > erased.age)"""


def nobody_sees_the_past(server: PostgresDatabase) -> bool:
    """Wait until nobody sees what was erased; return whether that is so.

    Those are transactions that began before, in sessions or prepared to be committed in two
    phases, and standbys whose queries hold the server back, through a replication slot or without.
    """
    with server.read() as connection:
        (now,) = connection.execute(_NOW).fetchone()
    deadline = time.monotonic() + WAIT_S
    while True:
        with server.read() as connection:
            (older,) = connection.execute(_OLDER, (now,)).fetchone()
        if not older or time.monotonic() > deadline:
            return not older
        time.sleep(0.05)
