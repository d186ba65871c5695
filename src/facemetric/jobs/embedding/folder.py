"""The folder of a run: its plan, and the shards that are finished."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from facemetric.errors import DataError
from facemetric.jobs.arrow import pyarrow
from facemetric.jobs.embedding.plan import Plan, read_plan
from facemetric.jobs.embedding.shard import EmbeddedShard
from facemetric.jobs.embedding.tables import facts_of, write_table

PLAN_NAME = "plan.json"
FACES_NAME = "faces"
PHOTOS_NAME = "photos"
_LOCK_NAME = ".lock"


class EmbeddingFolder:
    """Shards of embeddings on disk: ``plan.json``, ``faces/00000.parquet``, ``photos/…``.

    A shard is finished once its file in ``photos/`` is there, which is written last.

    Parameters
    ----------
    path
        The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def plan(self) -> Plan | None:
        """Return the plan that is there; ``None`` where there is none; raises DataError."""
        return read_plan(self.path / PLAN_NAME)

    def faces_file(self, shard: int) -> Path:
        """Return where the faces of a shard are."""
        return self.path / FACES_NAME / f"{shard:05}.parquet"

    def photos_file(self, shard: int) -> Path:
        """Return where the photographs of a shard are."""
        return self.path / PHOTOS_NAME / f"{shard:05}.parquet"

    def write(self, shard: EmbeddedShard) -> None:
        """Write a finished shard; raises DataError."""
        write_table(shard.faces, self.faces_file(shard.number))
        write_table(shard.photos, self.photos_file(shard.number))

    def finished(self, plan: Plan) -> list[int]:
        """Return the numbers of the shards that are whole, once `begin` has looked at them."""
        files = (
            (self.photos_file(number), self.faces_file(number)) for number in range(plan.shards)
        )
        return [number for number, both in enumerate(files) if all(one.exists() for one in both)]

    def remove(self, shard: int) -> None:
        """Remove a shard, so that it is done again."""
        self.photos_file(shard).unlink(missing_ok=True)  # First, since it says that all is there.
        self.faces_file(shard).unlink(missing_ok=True)

    def begin(self, plan: Plan, *, replace: bool) -> None:
        """Write the plan, or find that the same is there; remove the shards of another.

        With ``replace``, what is damaged is another's.

        Raises
        ------
        DataError
            Another plan is there and is not to be replaced, or a shard is damaged.
        """
        there = self._readable_plan(replace=replace)
        if there is None:
            self._write_plan(plan)
        elif there != plan:
            if not replace:
                raise DataError(
                    f"holds embeddings of another plan: {'; '.join(there.differences(plan))}",
                    item=str(self.path),
                    fix="Choose another folder, go on as it was begun, or replace all of it "
                    "(replace=True, --replace)",
                )
            self._write_plan(plan)
        for folder in (FACES_NAME, PHOTOS_NAME):
            for file in (self.path / folder).glob(".*.part"):
                file.unlink()
            for file in (self.path / folder).glob("*.parquet"):
                # Left by a replacement that was stopped here: the plan goes first.
                if not _is_of(plan, file, replace=replace):
                    file.unlink()

    def _readable_plan(self, *, replace: bool) -> Plan | None:
        try:
            return self.plan()
        except DataError:
            if not replace:
                raise
            return None

    def _write_plan(self, plan: Plan) -> None:
        path = self.path / PLAN_NAME
        part = path.with_name(f".{PLAN_NAME}.part")
        try:
            with part.open("w", encoding="utf-8") as file:
                file.write(plan.model_dump_json(indent=2) + "\n")
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError as error:
            raise DataError(
                f"cannot be written: {error.strerror or error}", item=str(path)
            ) from error


@contextmanager
def opened_folder(path: Path) -> Iterator[EmbeddingFolder]:
    """Make or open a folder, for one process at a time.

    Raises
    ------
    DataError
        It cannot be made, holds other files, or another process writes in it.
    """
    try:
        if path.exists() and not (path / PLAN_NAME).exists():
            others = [one.name for one in path.iterdir() if not _is_beginning(one)]
            if others:
                raise DataError(
                    f"holds other files, such as {sorted(others)[0]}",
                    item=str(path),
                    fix="Choose a new or an empty folder",
                )
        for name in (FACES_NAME, PHOTOS_NAME):
            (path / name).mkdir(parents=True, exist_ok=True)
        lock = (path / _LOCK_NAME).open("w")
    except OSError as error:
        raise DataError(
            f"the folder cannot be made: {error.strerror or error}", item=str(path)
        ) from error
    with lock:
        try:
            _lock(lock.fileno())
        except OSError as error:
            raise DataError(
                "another process writes in this folder", item=str(path), fix="Wait for it"
            ) from error
        yield EmbeddingFolder(path)


def facts_in(file: Path) -> dict[str, object]:
    """Return what a shard says of itself; raises DataError where it is damaged."""
    arrow, parquet = pyarrow()
    try:
        return facts_of(parquet.read_schema(file))
    except (OSError, ValueError, TypeError, arrow.ArrowException) as error:
        reason = str(error).split("\n")[0]
        raise DataError(
            f"is damaged: {reason}",
            item=str(file),
            fix="Delete it, and run the command again; --replace does both",
        ) from error


def _is_of(plan: Plan, file: Path, *, replace: bool) -> bool:
    """Whether a shard is of a plan; DataError where that cannot be told and matters."""
    try:
        return facts_in(file).get("plan") == plan.digest
    except DataError:
        if not replace:
            raise
        return False


def _is_beginning(path: Path) -> bool:
    """Whether it may be of a run that was killed before its plan was written."""
    if path.name in (FACES_NAME, PHOTOS_NAME):
        return path.is_dir() and not any(path.iterdir())
    return path.name in (_LOCK_NAME, f".{PLAN_NAME}.part")


def _lock(descriptor: int) -> None:
    """Take the lock, which ends with the process; OSError where another one has it."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
