from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from facemetric.gallery.sqlite.connection import ROWS_AT_ONCE, SqliteConnection


@pytest.fixture
def connection() -> Iterator[SqliteConnection]:
    opened = sqlite3.connect(":memory:", isolation_level=None, factory=SqliteConnection)
    opened.execute("CREATE TABLE words (row INTEGER PRIMARY KEY AUTOINCREMENT, word UNIQUE, n)")
    yield opened
    opened.close()


@pytest.mark.parametrize("most_values", [7, 100, 999, 100_000])
@pytest.mark.parametrize("count", [0, 1, ROWS_AT_ONCE - 1, ROWS_AT_ONCE, 2 * ROWS_AT_ONCE + 1])
def test_rows_are_inserted_in_their_order(
    connection: SqliteConnection, count: int, most_values: int
) -> None:
    connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, most_values)
    rows = [(f"word {number}", number) for number in range(count)]
    connection.insert("words (word, n)", rows)
    stored = connection.execute("SELECT row, word, n FROM words ORDER BY row").fetchall()
    assert stored == [(place, *row) for place, row in enumerate(rows, 1)]


def test_one_wrong_row_ends_the_statement_with_its_error(connection: SqliteConnection) -> None:
    rows = [(f"word {number % 150}", number) for number in range(300)]
    with pytest.raises(sqlite3.IntegrityError, match=r"UNIQUE constraint failed: words\.word"):
        connection.insert("words (word, n)", rows)
