"""What is PostgreSQL's alone: its graph, its ties, its words."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import psycopg
import pytest

from facemetric.errors import GalleryError
from facemetric.gallery import NewSample, PostgresGallery, SearchIndex
from facemetric.gallery.postgres import gallery as postgres_gallery
from facemetric.gallery.postgres import indexing, past, schema
from facemetric.gallery.postgres.database import PostgresConnection
from layouts.postgres import postgres_address, server, standby

DIM = 16
_UNUSED = "SELECT 1 FROM pg_replication_slots WHERE slot_name = 'standby' AND NOT active"


def unit(count: int, seed: int = 0) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=(count, DIM))
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


def enrol(gallery: PostgresGallery, vectors: np.ndarray) -> None:
    made = [(f"p{number}", [NewSample(one, f"{number}.jpg")]) for number, one in enumerate(vectors)]
    list(gallery.enroll_many(made))


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def is_in_tables(gallery: PostgresGallery, name: str) -> bool:
    """Whether a row with that name is in the files of the people's table, seen or not."""
    gallery._server.outside("CHECKPOINT")
    with gallery._server.read() as connection:
        (place,) = connection.execute("SELECT pg_relation_filepath('people')").fetchone()
    # Text of few bytes has its length before it: (2 + 1) * 2 + 1 of "p0".
    return bytes([2 * len(name) + 3]) + name.encode() in (server()[1] / place).read_bytes()


@pytest.fixture
def gallery() -> Iterator[PostgresGallery]:
    with PostgresGallery(postgres_address(), bundle="net-v1", dim=DIM) as opened:
        yield opened


@pytest.fixture
def breadths(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How broadly the graph was walked, walk after walk."""
    walked: list[int] = []
    execute = PostgresConnection.execute

    def noted(self: PostgresConnection, sql: str, values: Sequence[Any] = (), /) -> Any:
        name, _, value = sql.rpartition(" = ")
        if name == "SET LOCAL hnsw.ef_search":
            walked.append(int(value))
        return execute(self, sql, values)

    monkeypatch.setattr(PostgresConnection, "execute", noted)
    return walked


@pytest.mark.parametrize(
    ("erased", "expected"),
    [(0, [100]), (40, [100, 200]), (120, [100, 200, 400]), (290, [100, 200])],
)
def test_the_erased_take_no_place_in_a_walk(
    gallery: PostgresGallery, breadths: list[int], erased: int, expected: list[int]
) -> None:
    query = unit(1)
    near = query + 0.1 * unit(200, seed=1)
    vectors = np.concatenate([near, unit(200, seed=2)])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    order = np.argsort(-(vectors @ query[0]))
    enrol(gallery, vectors[order].astype(np.float32))
    gallery.build_index(SearchIndex("hnsw"), queries=10)
    for number in range(erased):
        gallery.remove(f"p{number}", purge=False)
    breadths.clear()
    (found,) = gallery.search(query, k=5)
    assert breadths == expected
    assert [one.name for one in found] == [f"p{erased + place}" for place in range(5)]
    assert gallery.purge()
    breadths.clear()
    assert gallery.search(query, k=5) == [found]
    assert len(breadths) == 1 or erased > 200


def test_equally_near_samples_stand_in_the_order_of_enrolment(gallery: PostgresGallery) -> None:
    query = unit(1)
    enrol(gallery, np.concatenate([unit(100, seed=2), np.repeat(query, 100, axis=0)]))
    expected = [f"p{number}" for number in range(100, 105)]
    gallery.rename("p100", "p100")
    for _ in range(2):
        (found,) = gallery.search(query, k=5)
        assert [one.name for one in found] == expected
        gallery.set_groups("p100", ["moved"])
    gallery.build_index(SearchIndex("hnsw"), queries=10)
    (found,) = gallery.search(query, k=5, exact=True)
    assert [one.name for one in found] == expected


def test_a_server_that_is_not_there_is_told_in_libpqs_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(GalleryError) as caught:
        PostgresGallery(f"postgresql://someone:secret@127.0.0.1:{port}/faces", timeout_s=5)
    error = caught.value
    assert f'"127.0.0.1", port {port}' in error.cause
    assert "Connection refused" in error.cause
    assert error.fix == "Check that the server runs, and the address"
    assert "secret" not in str(error)


def test_what_the_server_says_of_a_statement_stands_alone(gallery: PostgresGallery) -> None:
    with pytest.raises(GalleryError, match=r'relation "nothing" does not exist\. Give the user'):
        gallery._server.outside("SELECT 1\nFROM nothing")


@pytest.mark.parametrize("builds", [1, 2])
def test_others_search_while_an_index_is_measured(
    gallery: PostgresGallery, monkeypatch: pytest.MonkeyPatch, builds: int
) -> None:
    vectors = unit(120)
    enrol(gallery, vectors)
    if builds == 2:
        gallery.build_index(SearchIndex("hnsw"), queries=5)
    address = f"{server()[0]}&gallery={gallery._server.schema.removeprefix('facemetric_')}"
    found: list[str] = []
    measure = indexing.with_recall

    def measured(*what: Any) -> SearchIndex:
        with PostgresGallery(address, timeout_s=2) as other:
            found.append(other.search(vectors[:1], 1)[0][0].name)
            other.enroll("Zoe", [NewSample(unit(1, seed=9)[0], "z.jpg")])
        return measure(*what)

    monkeypatch.setattr(indexing, "with_recall", measured)
    built = gallery.build_index(SearchIndex("hnsw", m=8), queries=5)
    assert found == ["p0"] and built.queries == 5
    assert gallery.search_index() == built


def test_a_purge_claims_nothing_while_somebody_sees_the_erased(
    gallery: PostgresGallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "WAIT_S", 0.2)
    enrol(gallery, unit(3))
    with psycopg.connect(server()[0], autocommit=True) as other:
        other.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        other.execute("SELECT count(*) FROM pg_class")
        assert not gallery.remove("p0").purged
        assert not gallery.purge()
        other.execute("COMMIT")
        assert gallery.purge()  # one that came later, or waits for work, is in nobody's way
    assert gallery.remove("p1").purged


def test_who_vacuums_another_table_keeps_nothing(
    gallery: PostgresGallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As autovacuum does all day, and slowly, so that others have the disk."""
    monkeypatch.setattr(past, "WAIT_S", 0.2)
    enrol(gallery, unit(2))
    under_way = "SELECT count(*) FROM pg_stat_progress_vacuum"
    with (
        psycopg.connect(server()[0], autocommit=True) as other,
        psycopg.connect(server()[0], autocommit=True) as worker,
        ThreadPoolExecutor(1) as threads,
    ):
        other.execute("CREATE TABLE large AS SELECT repeat('x', 500) FROM generate_series(1, 9000)")
        worker.execute("SET vacuum_cost_delay = 100")
        worker.execute("SET vacuum_cost_limit = 1")
        other.execute("DELETE FROM large")
        vacuum = threads.submit(worker.execute, "VACUUM large")
        try:
            until(lambda: other.execute(under_way).fetchone() == (1,))
            assert gallery.remove("p0").purged
            assert not is_in_tables(gallery, "p0")
            assert other.execute(under_way).fetchone() == (1,)
        finally:
            worker.cancel()
            assert isinstance(vacuum.exception(), psycopg.errors.QueryCanceled)
            other.execute("DROP TABLE large")


def test_a_purge_of_names_leaves_the_tables_of_faces_alone(gallery: PostgresGallery) -> None:
    def files() -> dict[str, str]:
        names = ("people", "person_groups", "samples", "portraits", "embeddings")
        with gallery._server.read() as connection:
            return {
                name: connection.execute("SELECT pg_relation_filepath(?)", (name,)).fetchone()[0]
                for name in names
            }

    def purged() -> set[str]:
        before = files()
        assert gallery.purge() and gallery.check() == []
        return {name for name, file in files().items() if before[name] != file}

    enrol(gallery, unit(6))
    gallery.enroll("bare", [NewSample(unit(7)[6], "bare.jpg")])
    gallery.remove_sample(gallery.samples("bare")[0].id, purge=False)
    assert len(purged()) == 5
    gallery.rename("p0", "Other")
    assert purged() == {"people", "person_groups"} and not is_in_tables(gallery, "p0")
    gallery.merge("p1", "p2")
    assert purged() == {"people", "person_groups"}
    gallery.remove("bare", purge=False)  # who has no face any more
    assert purged() == {"people", "person_groups"}
    gallery.remove("p3", purge=False)
    gallery.rename("p4", "Another")
    assert len(purged()) == 5
    assert purged() == set()


def test_what_an_older_program_erased_is_purged_from_all_tables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    older = postgres_address()
    with monkeypatch.context() as before:
        before.setattr(postgres_gallery, "MIGRATIONS", schema.MIGRATIONS[:5])
        before.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:5])
        with PostgresGallery(older, bundle="net-v1", dim=DIM) as old:
            enrol(old, unit(3))
            old.remove("p0", purge=False)
    with PostgresGallery(older) as now:
        assert now.stats().schema_version == 6
        assert faces_owed(now) and now.purge() and not faces_owed(now)
        now.rename("p1", "Other")
        assert not faces_owed(now)
        now.remove("p2", purge=False)
        assert faces_owed(now)


def faces_owed(gallery: PostgresGallery) -> bool:
    with gallery._server.read() as connection:
        (owed,) = connection.execute("SELECT faces_erased > purged FROM gallery").fetchone()
    return bool(owed)


def test_a_transaction_that_is_prepared_sees_the_erased_without_a_session(
    gallery: PostgresGallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "WAIT_S", 0.2)
    enrol(gallery, unit(2))
    with psycopg.connect(server()[0], autocommit=True) as other:
        other.execute("BEGIN")
        other.execute("SELECT pg_current_xact_id()")
        other.execute("PREPARE TRANSACTION 'for later'")
        try:
            assert not gallery.remove("p0").purged
            assert is_in_tables(gallery, "p0")
        finally:
            other.execute("ROLLBACK PREPARED 'for later'")
    assert gallery.purge()
    assert not is_in_tables(gallery, "p0")


def test_who_writes_in_another_database_holds_back_those_who_begin_in_this_one(
    gallery: PostgresGallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "WAIT_S", 0.2)
    enrol(gallery, unit(2))
    address = server()[0].replace("/postgres?", "/template1?")
    with psycopg.connect(address, autocommit=True) as other:
        other.execute("BEGIN")
        other.execute("SELECT pg_current_xact_id()")
        assert not gallery.remove("p0").purged
        other.execute("ROLLBACK")
    assert gallery.purge()


def test_a_standby_that_looks_at_the_erased_holds_the_server_back(
    gallery: PostgresGallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "WAIT_S", 0.5)
    enrol(gallery, unit(2))
    people = f"SELECT count(*) FROM {gallery._server.schema}.people"
    slot = "SELECT xmin FROM pg_replication_slots WHERE slot_name = 'standby'"
    with psycopg.connect(server()[0], autocommit=True) as primary:
        try:
            with standby() as address, psycopg.connect(address, autocommit=True) as other:
                other.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
                until(lambda: other.execute(people).fetchone() == (2,))
                until(lambda: primary.execute(slot).fetchone() != (None,))
                assert not gallery.remove("p0").purged
                assert is_in_tables(gallery, "p0")
                assert other.execute(people).fetchone() == (2,)
                other.execute("COMMIT")
                until(gallery.purge)
                assert not is_in_tables(gallery, "p0")
        finally:
            until(lambda: primary.execute(_UNUSED).fetchone() is not None)
            primary.execute("SELECT pg_drop_replication_slot('standby')")


def test_a_user_without_rights_is_told_of_all_of_them() -> None:
    with psycopg.connect(server()[0], autocommit=True) as owner:
        owner.execute("CREATE ROLE visitor LOGIN")
        try:
            other = server()[0].replace("postgres:@", "visitor:@")
            with psycopg.connect(other, autocommit=True) as visitor, owner.transaction():
                (user,) = visitor.execute("SELECT current_user").fetchone() or ()
                assert user == "visitor"
                owner.execute("SELECT pg_current_xact_id()")
                (now,) = visitor.execute(past._NOW).fetchone() or ()
                later = str(int(now) + 1)
                query = past._OLDER.replace("?", "%s")
                assert visitor.execute(query, (later,)).fetchone() == (1,)
        finally:
            owner.execute("DROP ROLE visitor")


def test_a_connection_that_the_server_ended_is_made_anew(gallery: PostgresGallery) -> None:
    enrol(gallery, unit(3))
    with psycopg.connect(server()[0], autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (gallery._server._raw.info.backend_pid,))
    with pytest.raises(GalleryError, match="terminating connection"):
        gallery.people()
    assert [person.name for person in gallery.people()] == ["p0", "p1", "p2"]
    gallery.enroll("Zoe", [NewSample(unit(1, seed=9)[0], "z.jpg")])
    assert gallery.search(unit(1, seed=9), 1)[0][0].name == "Zoe"
