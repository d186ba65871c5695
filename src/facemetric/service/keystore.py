"""Where keys are kept: a SQLite file for its owner alone, with hashes in place of secrets."""

from __future__ import annotations

import builtins
import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from facemetric.errors import AccessError, InputError
from facemetric.service.keys import Key, Secret, digest, new_id, new_secret
from facemetric.service.names import check_gallery_name, check_key_name

SCOPES = ("read", "enrol", "admin")
_VERSION = 1
_SCHEMA = """
CREATE TABLE keys (id TEXT PRIMARY KEY, name TEXT NOT NULL, scopes TEXT NOT NULL,
    galleries TEXT, created TEXT NOT NULL, expires TEXT, revoked TEXT, per_minute INTEGER);
CREATE TABLE secrets (key TEXT NOT NULL REFERENCES keys(id), sha256 TEXT NOT NULL UNIQUE,
    created TEXT NOT NULL, expires TEXT);
"""


def now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


class KeyStore:
    """The keys of a service.

    Several threads and processes may use it: what ``facemetric keys`` changes holds at once.

    Parameters
    ----------
    path
        The file; ``None``: in memory, for keys that die with the service.
    create
        Make the file where there is none, in a folder that is there.
    clock
        Returns the time, with a time zone.

    Attributes
    ----------
    is_new
        Whether the file was made by this very opening.

    Raises
    ------
    AccessError
        The file is absent or cannot be used, or others than its owner may read it.
    """

    def __init__(
        self, path: Path | None, *, create: bool = True, clock: Callable[[], datetime] = now
    ) -> None:
        self.path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._item = "<memory>" if path is None else str(path)
        with self._translated():
            self.is_new = path is not None and not path.exists()
            if self.is_new and not create:
                raise AccessError(
                    "there is no such file of API keys",
                    item=self._item,
                    fix="Check the path; facemetric keys new makes the first key, and the file",
                )
            if path is not None:
                _make_private(path)
            self._connection = sqlite3.connect(
                ":memory:" if path is None else path, check_same_thread=False, isolation_level=None
            )
            with self._transaction() as connection:
                (version,) = connection.execute("PRAGMA user_version").fetchone()
                if version == 0:
                    for statement in _SCHEMA.split(";"):
                        connection.execute(statement)
                    connection.execute(f"PRAGMA user_version = {_VERSION}")
                elif version != _VERSION:
                    raise AccessError(f"has version {version}, wanted {_VERSION}", item=self._item)

    def new(
        self,
        name: str,
        *,
        scopes: Sequence[str],
        galleries: Sequence[str] | None = None,
        expires: datetime | None = None,
        per_minute: int | None = None,
    ) -> tuple[Key, str]:
        """Make a key; return it with its secret, which is kept nowhere.

        Raises
        ------
        InputError
            A scope is none, the name is empty, no gallery can be called that, or the time has
            passed.
        """
        at = self._clock()
        unknown = sorted(set(scopes) - set(SCOPES))
        if unknown or not scopes:
            raise InputError(f"expected some of {', '.join(SCOPES)}, got {unknown}", item="scopes")
        check_key_name(name, item="name")
        for one in galleries or ():
            check_gallery_name(one, item="galleries")
        if per_minute is not None and per_minute < 1:
            raise InputError(f"expected at least 1, got {per_minute}", item="per_minute")
        _check_time(expires, at)
        key = Key(
            new_id(),
            name.strip(),
            frozenset(scopes),
            None if galleries is None else frozenset(galleries),
            at,
            expires,
            per_minute=per_minute,
        )
        token, kept = new_secret(key.id)
        with self._translated(), self._transaction() as connection:
            connection.execute(
                "INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, NULL, ?)",
                (
                    key.id,
                    key.name,
                    ",".join(sorted(key.scopes)),
                    None if galleries is None else ",".join(sorted(set(galleries))),
                    at.isoformat(),
                    _text(expires),
                    per_minute,
                ),
            )
            connection.execute(
                "INSERT INTO secrets VALUES (?, ?, ?, NULL)", (key.id, kept, at.isoformat())
            )
        return key, token

    def list(self) -> list[Key]:
        """Return all keys in the order of their making, the revoked ones too."""
        with self._translated(), self._lock:
            rows = self._connection.execute("SELECT * FROM keys ORDER BY created, id").fetchall()
        return [_key(row) for row in rows]

    def living(self) -> builtins.list[Key]:
        """Return those that may be used now."""
        at = self._clock()
        return [key for key in self.list() if key.lives(at)]

    def get(self, key_id: str) -> Key:
        """Return one key; AccessError where there is none."""
        key, _ = self._find(key_id)
        if key is None:
            raise AccessError(
                "no such key", item=key_id, fix="facemetric keys list shows the ids of all"
            )
        return key

    def rotate(self, key_id: str, *, grace: timedelta = timedelta(0)) -> tuple[Key, str]:
        """Give a key another secret; the ones before are taken for ``grace`` longer.

        Raises
        ------
        AccessError
            There is no such key, or it is revoked.
        """
        key = self.get(key_id)
        if key.revoked is not None:
            raise AccessError("is revoked", item=key_id, fix="Make a new one")
        at = self._clock()
        token, kept = new_secret(key.id)
        with self._translated(), self._transaction() as connection:
            end = (at + grace).isoformat()
            connection.execute(
                "UPDATE secrets SET expires = ? WHERE key = ? AND (expires IS NULL OR expires > ?)",
                (end, key_id, end),
            )
            connection.execute(
                "INSERT INTO secrets VALUES (?, ?, ?, NULL)", (key.id, kept, at.isoformat())
            )
        return key, token

    def revoke(self, key_id: str) -> Key:
        """End a key at once and for good; AccessError where there is none."""
        self.get(key_id)
        with self._translated(), self._transaction() as connection:
            connection.execute(
                "UPDATE keys SET revoked = coalesce(revoked, ?) WHERE id = ?",
                (self._clock().isoformat(), key_id),
            )
        return self.get(key_id)

    def check(self, token: str) -> tuple[Key | None, bool]:
        """Return the key of a token, or ``None``, and whether it may be used now."""
        at, sha256 = self._clock(), digest(token)
        # One search for the hash of what came, whatever stands in it: an id that a key has takes no
        # longer than one that none has (benchmarks/refusal_time.py). The time of the search may
        # tell of hashes, from which nobody gets to 256 random bits.
        with self._translated(), self._lock:
            row = self._connection.execute(
                """SELECT secrets.expires, keys.* FROM secrets JOIN keys ON keys.id = secrets.key
                WHERE secrets.sha256 = ?""",
                (sha256,),
            ).fetchone()
        if row is None or not Secret(sha256, _time(row[0])).holds(at):
            return None, False
        key = _key(row[1:])
        return key, key.lives(at)

    def check_digest(self, key_id: str, sha256: str) -> Key | None:
        """Return a key that may be used now, while the secret of that hash is one of its own."""
        at = self._clock()
        key, kept = self._find(key_id)
        holds = any(one.sha256 == sha256 and one.holds(at) for one in kept)
        return key if key is not None and holds and key.lives(at) else None

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def _find(self, key_id: str) -> tuple[Key | None, tuple[Secret, ...]]:
        with self._translated(), self._lock:
            row = self._connection.execute("SELECT * FROM keys WHERE id = ?", (key_id,)).fetchone()
            kept = self._connection.execute(
                "SELECT sha256, expires FROM secrets WHERE key = ?", (key_id,)
            ).fetchall()
        return (None if row is None else _key(row)), tuple(
            Secret(sha256, _time(expires)) for sha256, expires in kept
        )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or error
            raise AccessError(
                f"cannot be used: {reason}",
                item=self._item,
                fix="Name a file of API keys in a folder that is there and that you can write to",
            ) from error


def _make_private(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise AccessError(
            "others than its owner may read it", item=str(path), fix=f"chmod 600 {path}"
        )


def _check_time(expires: datetime | None, at: datetime) -> None:
    if expires is None:
        return
    if expires.tzinfo is None:
        raise InputError("expected a time with a time zone", item="expires")
    if expires <= at:
        raise InputError("has passed", item="expires", fix="Give a time to come")


def _key(row: tuple[object, ...]) -> Key:
    key_id, name, scopes, galleries, created, expires, revoked, per_minute = row
    return Key(
        str(key_id),
        str(name),
        frozenset(str(scopes).split(",")),
        None if galleries is None else frozenset(filter(None, str(galleries).split(","))),
        datetime.fromisoformat(str(created)),
        _time(expires),
        _time(revoked),
        per_minute if isinstance(per_minute, int) else None,
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def _time(text: object) -> datetime | None:
    return None if text is None else datetime.fromisoformat(str(text))
