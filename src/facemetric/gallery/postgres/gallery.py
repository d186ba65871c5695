"""The gallery in a PostgreSQL database: many clients, one truth, pgvector's search."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import numpy as np

from facemetric.errors import GalleryError
from facemetric.gallery.approximate import SearchIndex
from facemetric.gallery.binding import Binding
from facemetric.gallery.postgres.database import PostgresDatabase
from facemetric.gallery.postgres.indexing import build, kept_index
from facemetric.gallery.postgres.past import nobody_sees_the_past
from facemetric.gallery.postgres.schema import MIGRATIONS, bring_up_to_date
from facemetric.gallery.postgres.searching import parsed, search
from facemetric.gallery.protocol import BACKENDS, now
from facemetric.gallery.ranking import Question
from facemetric.gallery.records import Stats, Vectors
from facemetric.gallery.rules import NORM_TOLERANCE, purge_command, refuse_on_server, time_text
from facemetric.gallery.sql.binding import fill_new
from facemetric.gallery.sql.erasures import unpurged
from facemetric.gallery.sql.figures import figures
from facemetric.gallery.sql.gallery import SqlGallery
from facemetric.gallery.sql.portraits import portrait_problems
from facemetric.index import Codec
from facemetric.types import Float32, Match
from facemetric.vault import MasterKey

_ALL = """SELECT e.vector::text, s.id, p.id, p.name FROM embeddings e
    JOIN samples s ON s.row = e.sample JOIN people p ON p.row = s.person ORDER BY e.row"""


_TABLES = ("people", "person_groups", "samples", "portraits", "embeddings")
"""What a person has rows in; faces are in all but the first two."""


@BACKENDS.register("postgresql")
class PostgresGallery(SqlGallery):
    """A gallery in a schema of its own of a PostgreSQL database with pgvector.

    The server searches vectors as they are: whoever can read its memory, disk or backups can read
    them. Encrypt its volume.

    Parameters
    ----------
    address
        ``postgresql://user@host/database?gallery=staff``; without ``gallery`` it is *people*.
    bundle, dim, bundle_sha256, flip
        As for ``SqliteGallery``.
    codec
        Must be left out: one-byte codes are for SQLite galleries.
    key
        Must be left out: the server compares vectors as they are.
    read_only
        Never write to it.
    create
        Make the gallery where it is absent, and the extension ``vector`` where it is not enabled.
    timeout_s
        How long to wait for the server, and for another client that is writing.
    clock
        Returns the time, with a time zone.

    Raises
    ------
    DependencyError
        psycopg is not installed.
    GalleryError
        The server cannot be reached, lacks pgvector, or there is no such gallery.
    BundleMismatchError
        The gallery holds embeddings of another bundle, graph, dimension or flip.
    InputError
        A new gallery is wanted without ``bundle`` and ``dim``, or with a codec or a key.
    """

    erased_from = ("the tables, which were vacuumed in full",)
    may_remain_in = (
        "the server's write-ahead log, until it is recycled",
        "replicas that lag",
        *SqlGallery.may_remain_in,
    )

    def __init__(
        self,
        address: str,
        *,
        bundle: str | None = None,
        dim: int | None = None,
        bundle_sha256: str | None = None,
        flip: bool | None = None,
        codec: Codec | None = None,
        key: MasterKey | None = None,
        read_only: bool = False,
        create: bool = True,
        timeout_s: float = 30.0,
        clock: Callable[[], datetime] = now,
    ) -> None:
        refuse_on_server(codec=codec, key=key)
        used = Binding(bundle, dim, bundle_sha256, flip)
        used.check_digest()
        self._server = PostgresDatabase(address, read_only=read_only, timeout_s=timeout_s)
        try:
            self._prepare(used, create=create and not read_only, clock=clock)
            super().__init__(self._server, used, clock=clock)
        except BaseException:
            self._server.close()
            raise

    @property
    def place(self) -> str:
        """The server, told by when it was started, database and schema; see ``Gallery.place``."""
        with self._server.read() as connection:
            (place,) = connection.execute(
                "SELECT concat_ws(' ', pg_postmaster_start_time(), current_database(), ?::text)",
                (self._server.schema,),
            ).fetchone()
        return str(place)

    def purge(self) -> bool:
        """Vacuum the tables, so that erased rows are gone from live data.

        Where names, consents or groups alone were replaced, those of faces are left as they are.

        ``False`` where somebody may still see them, for whom vacuuming leaves them: a transaction
        elsewhere, a prepared one, a standby with feedback. What may remain in any case: the
        server's write-ahead log until it is recycled, replicas that lag, and backups.
        """
        with self._server.read() as connection:
            erasure = unpurged(connection)
            if erasure is None:
                return True
            (faces,) = connection.execute("SELECT faces_erased > purged FROM gallery").fetchone()
        gone = nobody_sees_the_past(self._server)
        self._server.outside(f"VACUUM (FULL) {', '.join(_TABLES if faces else _TABLES[:2])}")
        if gone:
            with self._server.write() as connection:
                connection.execute("UPDATE gallery SET purged = greatest(purged, ?)", (erasure,))
        return gone

    def compared(self) -> int:
        """Return how many samples a search looks at."""
        with self._server.read() as connection:
            return int(connection.execute("SELECT count(*) FROM embeddings").fetchone()[0])

    def vectors(self) -> Vectors:
        """Return all embeddings, read from the server."""
        with self._server.read() as connection:
            rows = connection.execute(_ALL).fetchall()
        embeddings = parsed([row[0] for row in rows]).reshape(-1, self.dim)
        embeddings.setflags(write=False)
        return Vectors(
            embeddings,
            tuple(row[2] for row in rows),
            tuple(row[1] for row in rows),
            {row[2]: row[3] for row in rows},
        )

    def search_index(self) -> SearchIndex:
        """Return how samples are looked for."""
        with self._server.read() as connection:
            return kept_index(connection)

    def build_index(self, index: SearchIndex, *, queries: int = 200, seed: int = 0) -> SearchIndex:
        """Build pgvector's HNSW graph, or drop it; see ``Gallery.build_index``.

        Others can search meanwhile; writers wait.
        """
        index.check()
        return build(self._server, index, self._answer, queries=queries, seed=seed)

    def stats(self) -> Stats:
        """Return the gallery in figures."""
        size = """SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ? AND c.relkind = 'r'"""
        with self._server.read() as connection:
            (total,) = connection.execute(size, (self._server.schema,)).fetchone()
            (version,) = connection.execute("SELECT schema_version FROM gallery").fetchone()
            return figures(connection, size_bytes=int(total), version=int(version))

    def check(self) -> list[str]:
        """Look at every vector and return what is wrong; empty where it is sound."""
        bare = """SELECT count(*) FROM samples s WHERE NOT EXISTS
            (SELECT 1 FROM embeddings e WHERE e.sample = s.row AND e.bundle = ?)"""
        try:
            with self._server.read() as connection:
                (without,) = connection.execute(bare, (self.bundle,)).fetchone()
                owed = unpurged(connection)
                problems = portrait_problems(connection)
            norms = np.linalg.norm(self.vectors().embeddings, axis=1)
        except GalleryError as error:
            return [str(error)]
        odd = int(np.count_nonzero(~(np.abs(norms - 1.0) <= NORM_TOLERANCE)))
        if without:
            problems.append(f"samples without an embedding of bundle {self.bundle!r}: {without}")
        if odd:
            problems.append(f"vectors that are not of unit norm: {odd}")
        if owed is not None:
            command = purge_command(self._server.item)
            problems.append(f"erased data may still be in the tables, until a purge: {command}")
        return problems

    def close(self) -> None:
        """Close the connection."""
        self._server.close()

    def _answer(self, queries: Float32, question: Question) -> list[list[Match]]:
        with self._server.read() as connection:
            index = kept_index(connection)
            return search(connection, queries, question, bundle=self.bundle, index=index)

    def _prepare(self, used: Binding, *, create: bool, clock: Callable[[], datetime]) -> None:
        """Create the gallery, or bring it up to date."""
        schema, item = self._server.schema, self._server.item
        with self._server.read() as connection:
            there = connection.execute(
                "SELECT 1 FROM pg_namespace WHERE nspname = ?", (schema,)
            ).fetchone()
        if there is None:
            if not create:
                raise GalleryError(
                    "no such gallery",
                    item=item,
                    fix="Check the address: enrolling someone makes a gallery",
                )
            used.check_new(item=item)
        if self._server.read_only:
            return
        with self._server.setting_up() as connection:
            there = connection.execute(
                "SELECT 1 FROM pg_namespace WHERE nspname = ?", (schema,)
            ).fetchone()
            if there is not None:
                facts = connection.execute(
                    """SELECT g.schema_version, b.dim FROM gallery g
                    JOIN bundles b ON b.id = g.bundle"""
                ).fetchone()
                bring_up_to_date(connection, int(facts[0]), dim=int(facts[1]))
                connection.execute("UPDATE gallery SET schema_version = ?", (len(MIGRATIONS),))
                return
            assert used.dim is not None
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
            connection.execute(f"CREATE SCHEMA {schema}")
            bring_up_to_date(connection, 0, dim=used.dim)
            fill_new(connection, used, at=time_text(clock(), name="clock"))
            connection.execute("UPDATE gallery SET schema_version = ?", (len(MIGRATIONS),))
        self.made = item
