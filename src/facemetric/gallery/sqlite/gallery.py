"""The gallery in one SQLite file: nothing to install, nothing to start."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from os import PathLike, fspath
from pathlib import Path

from facemetric.errors import GalleryError, VaultError
from facemetric.gallery.binding import Binding
from facemetric.gallery.protocol import BACKENDS, now
from facemetric.gallery.ranking import Question
from facemetric.gallery.records import Stats, Vectors
from facemetric.gallery.rules import time_text
from facemetric.gallery.sql.binding import fill_new
from facemetric.gallery.sql.erasures import count_erasure, unpurged
from facemetric.gallery.sql.figures import figures
from facemetric.gallery.sql.gallery import SqlGallery
from facemetric.gallery.sql.portraits import portrait_problems
from facemetric.gallery.sqlite.connection import SqliteConnection
from facemetric.gallery.sqlite.database import SqliteDatabase
from facemetric.gallery.sqlite.encryption import (
    begin_encryption,
    change_master,
    open_sealing,
    stored_envelope,
)
from facemetric.gallery.sqlite.everything import all_vectors
from facemetric.gallery.sqlite.file import file_exists, place_of
from facemetric.gallery.sqlite.integrity import structural_problems, vector_problems
from facemetric.gallery.sqlite.lineage import is_last, is_ours, last_change, leave, new_mark
from facemetric.gallery.sqlite.memory import Memory
from facemetric.gallery.sqlite.schema import schema_version
from facemetric.gallery.sqlite.sealed_snapshot import read_sealed_snapshot, write_sealed_part
from facemetric.gallery.sqlite.searching import search
from facemetric.gallery.sqlite.snapshot import (
    Snapshot,
    put_in_place,
    read_snapshot,
    remove_snapshots,
    snapshot_bytes,
    write_part,
)
from facemetric.index import Codec
from facemetric.types import Float32, Match
from facemetric.vault import MasterKey

SNAPSHOT_ROWS = 16_384
"""A snapshot is written when so many vectors, and a quarter of those in it, are not in it."""


@BACKENDS.register("sqlite")
class SqliteGallery(SqlGallery):
    """A gallery in one SQLite file, with its write-ahead log beside it.

    Several processes may read while one writes; writers wait for each other. A commit returns
    once it is on disk.

    Parameters
    ----------
    address
        The file's path, or ``sqlite://`` and the path.
    bundle, dim
        The bundle in use and its dimensions. A new gallery needs both and is bound to them;
        with an existing one they are compared where they are given.
    bundle_sha256
        Hex digest of the bundle's graph, compared in the same way.
    flip
        Whether embeddings are averaged with the mirrored chips', compared in the same way. A
        gallery that was made without these two is bound by the first who opens it, not read-only,
        with them, and to ``flip`` by its first sample.
    codec
        Store one byte per dimension with this codec. Settled when the gallery is made.
    key
        Encrypt a new gallery, or open an encrypted one: names, sources, faces' places and quality,
        consent, groups, portraits and vectors are sealed with a data key that this one wraps.
        Whether a gallery is encrypted is settled when it is made.
    read_only
        Never write to the file.
    create
        Make the file where it is absent.
    timeout_s
        How long to wait for another process that is writing.
    clock
        Returns the time, with a time zone.

    Raises
    ------
    GalleryError
        Where the file is absent, somebody else's, damaged, locked or cannot be written, or a key is
        given and the gallery is not encrypted.
    KeyMismatchError
        Where the gallery is encrypted and the key is missing or another.
    BundleMismatchError
        Where the gallery holds embeddings of another bundle, graph, dimension, flip or codec.
    InputError
        Where a new gallery is wanted without ``bundle`` and ``dim``, or the digest is none.
    """

    erased_from = (
        "the database file, which was written anew",
        "its write-ahead log, which was emptied",
        "the snapshot of codes beside it, which was deleted",
    )

    def __init__(
        self,
        address: str | PathLike[str],
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
        self.path = Path(fspath(address).removeprefix("sqlite://"))
        used = Binding(bundle, dim, bundle_sha256, flip, codec)
        used.check_digest()

        def fill(connection: SqliteConnection) -> None:
            moment = time_text(clock(), name="clock")
            fill_new(connection, used, at=moment)
            if key is not None:
                begin_encryption(connection, key, at=moment)
            self.made = str(self.path.absolute())

        if create and not read_only and not file_exists(self.path):
            used.check_new(item=str(self.path))
        self._file = SqliteDatabase(
            self.path, read_only=read_only, create=fill if create else None, timeout_s=timeout_s
        )
        try:
            with self._file.read() as connection:
                self._sealing = open_sealing(connection, key, item=str(self.path))
            if self._sealing is not None:
                self._file.seal(self._sealing)
            super().__init__(self._file, used, clock=clock)
            self._memory = Memory(self.bundle, self.dim, self.codec)
            self._has_read_snapshot = False
            if not read_only:
                # A process may have been killed between an erasure and its purge.
                self._purge(wait=False)
        except BaseException:
            self._file.close()
            raise

    @property
    def place(self) -> str:
        """The file, whatever its path; see ``Gallery.place``."""
        return place_of(self.path)

    def purge(self) -> bool:
        """Write the file anew, without what was erased; see ``Gallery.purge``."""
        return self._purge(wait=True)

    def _answer(self, queries: Float32, question: Question) -> list[list[Match]]:
        with self._file.alone():
            with self._file.read() as connection:
                found = search(connection, self._updated(connection), queries, question)
            self._keep_snapshot()
        return found

    def compared(self) -> int:
        """Return how many samples a search looks at."""
        with self._file.read() as connection:
            return len(self._updated(connection))

    def change_key(self, old: MasterKey, new: MasterKey) -> bool:
        """Let another master key open an encrypted gallery, and the old one no longer.

        The data key stays as it is, and so do processes that have the gallery open. Copies of
        the file that were made before still open with the old key.

        Returns
        -------
        Whether the old row is gone from the file and its log as well: ``False`` where another
        process was in the way.

        Raises
        ------
        KeyMismatchError
            ``old`` is not the key that opens it.
        GalleryError
            It is not encrypted, or cannot be written.
        """
        with self._file.write() as connection:
            change_master(connection, old, new, item=str(self.path))
            count_erasure(connection)  # of the old row
        return self.purge()

    def vectors(self) -> Vectors:
        """Return all embeddings, read from the file."""
        with self._file.read() as connection:
            return all_vectors(connection, bundle=self.bundle, dim=self.dim, codec=self.codec)

    def stats(self) -> Stats:
        """Return the gallery in figures."""
        with self._file.read() as connection:
            size = self._file.size_bytes() + snapshot_bytes(self.path)
            found = figures(connection, size_bytes=size, version=schema_version(connection))
            envelope = stored_envelope(connection, item=str(self.path))
        return found if envelope is None else replace(found, key_id=envelope.master_id)

    def check(self) -> list[str]:
        """Read the whole file and return what is wrong with it; empty where it is sound."""
        try:
            with self._file.read() as connection:
                problems = structural_problems(connection, self.bundle, address=str(self.path))
                if self._sealing is not None:
                    self.people()  # each is opened, or an error names it
                    self.samples()
                problems += portrait_problems(connection)
                return problems + vector_problems(self.vectors().embeddings)
        except (GalleryError, VaultError) as error:
            return [str(error)]

    def close(self) -> None:
        """Let go of the file."""
        self._memory = Memory(self.bundle, self.dim, self.codec)
        self._file.close()

    def _purge(self, *, wait: bool) -> bool:
        with self._file.read() as connection:
            erasure = unpurged(connection)
        if erasure is None:
            return True
        # It holds the codes of what was erased, and is soon written again; names it has none.
        with self._file.read() as connection:
            current = self._has_current_snapshot(connection)
        if not remove_snapshots(self.path, but_current=current):
            return False
        if not current:
            self._memory.saved = 0
        if not self._file.compact(wait=wait):
            return False
        with self._file.write() as connection:
            connection.execute("UPDATE gallery SET purged = max(purged, ?)", (erasure,))
        return True

    def _has_current_snapshot(self, connection: SqliteConnection) -> bool:
        """Whether no embedding went or moved since the snapshot was put in place."""
        kept = self._read_snapshot()
        return kept is not None and is_last(connection, kept.mark)

    def _updated(self, connection: SqliteConnection) -> Memory:
        if not self._has_read_snapshot:
            self._has_read_snapshot = True
            kept = self._read_snapshot()
            of_codec = kept is not None and (self.codec is None or self.codec == kept.codec)
            if kept is not None and of_codec and is_ours(connection, kept.mark):
                self._memory.begin_with(kept)
        self._memory.update(connection)
        return self._memory

    def _read_snapshot(self) -> Snapshot | None:
        if self._sealing is None:
            return read_snapshot(self.path, gallery_id=self.id, bundle=self.bundle, dim=self.dim)
        return read_sealed_snapshot(
            self.path,
            gallery_id=self.id,
            bundle=self.bundle,
            dim=self.dim,
            key=self._sealing.key,
        )

    def _keep_snapshot(self) -> None:
        """Write what is in memory beside the file, once enough of it is new."""
        memory = self._memory
        new = len(memory.rows.values) - memory.saved
        if self._file.read_only or memory.codes is None:
            return
        if new < max(SNAPSHOT_ROWS, memory.saved // 4):
            return
        with self._file.read() as connection:
            if last_change(connection) != memory.change:
                return  # someone has erased since
        mark = new_mark(memory.change)
        taken = memory.snapshot(self.id, mark)
        memory.saved = len(memory.rows.values)
        if self._sealing is None:
            part = write_part(self.path, *taken)
        else:
            part = write_sealed_part(self.path, *taken, key=self._sealing.key)
        if part is None:
            return
        # Not put in place where someone writes just now, for whom no search waits, or has erased
        # meanwhile: the codes may be those of the erased.
        with suppress(GalleryError), self._file.write(wait=False) as connection:
            if last_change(connection) == mark.change:
                leave(connection, mark)
                put_in_place(self.path, part)
        shutil.rmtree(part, ignore_errors=True)
