"""Pages of people walk an index of names, and hold no more than a page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from facemetric.gallery import Gallery, ListPlace, NewSample, PostgresGallery, SqliteGallery
from facemetric.gallery.listing import Listing
from facemetric.gallery.sql import listing
from layouts.postgres import postgres_address


def _enrol(gallery: Gallery, count: int) -> None:
    vectors = np.eye(count, gallery.dim, dtype=np.float32)
    people = [(f"P{n:02d}", [NewSample(vectors[n], f"{n}.jpg")]) for n in range(count)]
    list(gallery.enroll_many(people))


class _Recorded:
    """A connection that keeps what it was asked."""

    def __init__(self, connection: object) -> None:
        self.connection = connection
        self.asked: list[tuple[str, tuple[object, ...]]] = []

    sealing = None

    def execute(self, sql: str, values: tuple[object, ...] = (), /) -> object:
        self.asked.append((sql, tuple(values)))
        return self.connection.execute(sql, values)  # type: ignore[attr-defined]


EVERYBODY = Listing.of(ListPlace("p03", "x"), 2, None, None)
NAMED = Listing.of(ListPlace("p03", "x"), 2, "P", None)
GROUPED = Listing.of(ListPlace("p03", "x"), 2, "P", "staff")
BY_NAME = "SEARCH n USING COVERING INDEX sqlite_autoindex_people_2 (name_key>?)"


@pytest.mark.parametrize(
    ("asked", "step"),
    [
        (EVERYBODY, BY_NAME),
        (NAMED, BY_NAME),
        (GROUPED, "SEARCH g USING COVERING INDEX person_groups_name (name=?)"),
    ],
)
def test_sqlite_walks_an_index(tmp_path: Path, asked: Listing, step: str) -> None:
    with SqliteGallery(tmp_path / "g.db", bundle="net-v1", dim=16) as gallery:
        _enrol(gallery, 8)
        with gallery._file.read() as connection:
            recorded = _Recorded(connection)
            listing.page_of(recorded, asked)  # type: ignore[arg-type]
            sql, values = recorded.asked[-1]
            plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
    steps = [one[-1] for one in plan]
    assert step in steps and not any(one.startswith("SCAN") for one in steps)
    # What a person's row is made of is looked up for those of the page alone.
    assert "SEARCH p USING INTEGER PRIMARY KEY (rowid=?)" in steps


def test_postgresql_walks_the_index_of_names() -> None:
    with PostgresGallery(postgres_address(), bundle="net-v1", dim=16) as gallery:
        _enrol(gallery, 8)
        with gallery._server.read() as connection:
            recorded = _Recorded(connection)
            listing.page_of(recorded, EVERYBODY)  # type: ignore[arg-type]
            sql, values = recorded.asked[-1]
            # Eight people are sooner read and sorted; a million are not.
            connection.execute("SET LOCAL enable_seqscan = off")
            plan = connection.execute(f"EXPLAIN {sql}", values).fetchall()
    steps = " | ".join(step for (step,) in plan)
    assert "Index Scan using people_listed on people n" in steps


def test_picking_holds_one_more_than_a_page() -> None:
    places = [ListPlace(f"p{n:04d}", str(n)) for n in range(3000)]
    shuffled = [places[n] for n in np.random.default_rng(0).permutation(3000)]
    for part, after in (("", None), ("p1", places[1500]), ("99", places[42])):
        fits = [one for one in places if part in one.key]
        behind = [one for one in fits if after is None or one > after]
        found, total = Listing.of(after, 7, part, None).picked(iter(shuffled))
        assert (found, total) == (behind[:8], len(fits))
