"""A folder of evaluation reports, read without ever following a name out of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from facemetric.errors import InputError, SourceError
from facemetric.report.evaluation.folder import MARK
from facemetric.service.reportdocuments import (
    FILES,
    ReportDocument,
    models_of,
    shown,
    summary,
    text_of,
)
from facemetric.types import ItemError
from facemetric.wire import ErrorOut, ReportOut, ReportsOut, ReportSummaryOut
from facemetric.wire.reports import ReportKind

MOST = 200
"""Reports that are listed."""
_MOST_BYTES = {"mark": 1 << 20, "document": 16 << 20, "page": 64 << 20}
_PAGE = "index.html"
_READ = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0)
_ANEW = "Make the report anew: facemetric evaluate … --report"

T = TypeVar("T")


class AbsentError(Exception):
    """There is no report of that name."""


class DamagedError(Exception):
    """What should be a report cannot be used as one; ``cause`` says why, ``fix`` the way out."""

    def __init__(self, cause: str, *, fix: str = _ANEW) -> None:
        super().__init__(cause)
        self.cause, self.fix = cause, fix


class ReportShelf:
    """The reports in a folder, each in a folder of its own.

    Everything is opened below the folder name by name and no link is followed, so that a report
    shows what lies in it and nothing else.

    Parameters
    ----------
    folder
        It may be a link itself; it is the operator's.

    Raises
    ------
    SourceError
        There is no such folder.
    InputError
        The folder is a report itself, or this system cannot open files below a folder.
    """

    def __init__(self, folder: Path) -> None:
        if os.open not in os.supports_dir_fd or not hasattr(os, "O_NOFOLLOW"):
            raise InputError(
                "this system cannot open a file without following links",
                item="reports",
                fix="Serve reports from Linux or macOS",
            )
        if not folder.is_dir():
            raise SourceError(
                "there is no such folder of reports", item=str(folder), fix="Make it: mkdir"
            )
        if (folder / MARK).exists():
            raise InputError(
                "expected a folder that holds reports, got a report",
                item=str(folder),
                fix=f"Name the folder that it lies in: {folder.resolve().parent}",
            )
        self._folder = folder

    def all(self, *, check: Callable[[], None] = lambda: None) -> ReportsOut:
        """Return the reports, the newest first; ``check`` is called before each."""
        names, left_out = self._names()
        found: list[ReportSummaryOut] = []
        errors: list[ItemError] = []
        for name in names:
            check()
            try:
                document, written_s = self._document(name)
                found.append(summary(document, name, written_s=written_s))
            except DamagedError as error:
                errors.append(ItemError(name, "damaged_report", error.cause, error.fix))
            except AbsentError:
                continue  # another folder, or gone meanwhile
        found.sort(key=lambda one: one.created, reverse=True)
        return ReportsOut(
            reports=tuple(found), errors=tuple(map(ErrorOut.of, errors)), left_out=left_out
        )

    def show(self, name: str) -> ReportOut:
        """Return a report's figures; AbsentError or DamagedError where there are none."""
        document, written_s = self._document(name)
        return shown(document, name, written_s=written_s)

    def page(self, name: str) -> bytes:
        """Return a report's own page; AbsentError or DamagedError where there is none."""

        def read(inside: int) -> bytes:
            _kind(inside)
            return _bytes(inside, _PAGE, most=_MOST_BYTES["page"])[0]

        return self._inside(name, read)

    def _names(self) -> tuple[list[str], int]:
        """Return names of folders, those last changed first, and how many more there are."""
        try:
            with os.scandir(self._folder) as entries:
                found = [
                    (_changed_s(entry), entry.name)
                    for entry in entries
                    if not entry.name.startswith(".") and (entry.is_dir() or entry.is_symlink())
                ]
        except OSError as error:
            raise SourceError(
                f"the folder of reports cannot be read: {error.strerror}", item="reports"
            ) from error
        names = [name for _, name in sorted(found, reverse=True)]
        return names[:MOST], max(0, len(names) - MOST)

    def _document(self, name: str) -> tuple[ReportDocument, float]:
        """Return a report's document and when its file was written, in seconds."""

        def read(inside: int) -> tuple[ReportDocument, float]:
            kind = _kind(inside)
            file, model = FILES[kind]
            with _opened(inside, _PAGE, most=_MOST_BYTES["page"]):
                pass  # a report without its page is none
            text, written_s = _bytes(inside, file, most=_MOST_BYTES["document"])
            try:
                document = model.model_validate_json(text)
            except ValidationError as error:
                raise DamagedError(f"{file} is not as it is written: {text_of(error)}") from error
            if not models_of(document):
                raise DamagedError(f"{file} has the figures of no model")
            return document, written_s

        return self._inside(name, read)

    def _inside(self, name: str, read: Callable[[int], T]) -> T:
        """Return what is read with the open folder of a report."""
        if not name or "/" in name or "\0" in name or name.startswith("."):
            raise AbsentError
        with self._root() as root:
            try:
                inside = os.open(name, _READ | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=root)
            except (FileNotFoundError, ValueError) as error:
                raise AbsentError from error
            except OSError as error:
                raise _unopened(name, root, error) from error
            try:
                return read(inside)
            except OSError as error:
                raise DamagedError(f"cannot be read: {error.strerror}") from error
            finally:
                os.close(inside)

    @contextmanager
    def _root(self) -> Iterator[int]:
        try:
            root = os.open(self._folder, _READ | os.O_DIRECTORY)
        except OSError as error:
            raise SourceError(
                f"the folder of reports cannot be read: {error.strerror}", item="reports"
            ) from error
        try:
            yield root
        finally:
            os.close(root)


def _changed_s(entry: os.DirEntry[str]) -> float:
    try:
        return entry.stat(follow_symlinks=False).st_mtime
    except OSError:
        return 0.0  # gone meanwhile


def _unopened(name: str, root: int, error: OSError) -> Exception:
    """Return why a folder could not be opened, as far as that may be told."""
    try:
        kind = os.stat(name, dir_fd=root, follow_symlinks=False).st_mode
    except OSError:
        return AbsentError()  # a name that no file can have
    if stat.S_ISLNK(kind):
        return DamagedError("it is a link, and links are not followed", fix="Copy the report here")
    if not stat.S_ISDIR(kind):
        return AbsentError()
    return DamagedError(f"cannot be opened: {error.strerror}", fix="Let the service read it")


def _kind(inside: int) -> ReportKind:
    """Return which kind of report an open folder holds, by the mark that every report has."""
    there = set(os.listdir(inside))
    if MARK not in there:
        if there.isdisjoint(file for file, _ in FILES.values()):
            raise AbsentError
        raise DamagedError(
            f"it lacks the file {MARK} of a report's folder",
            fix="Copy the whole folder, with its hidden files, or make the report anew",
        )
    text, _ = _bytes(inside, MARK, most=_MOST_BYTES["mark"])
    written = text.decode("utf-8", "replace").splitlines()
    for kind, (file, _) in FILES.items():
        if file in written and _PAGE in written:
            return kind
    raise DamagedError("its page or its figures were never written")


def _bytes(inside: int, file: str, *, most: int) -> tuple[bytes, float]:
    """Return a file's content and when it was written, in seconds."""
    with _opened(inside, file, most=most) as handle:
        written_s = os.fstat(handle).st_mtime
        with os.fdopen(os.dup(handle), "rb") as stream:
            return stream.read(most + 1)[:most], written_s


@contextmanager
def _opened(inside: int, file: str, *, most: int) -> Iterator[int]:
    """Open a regular file of an open folder, of at most so many bytes."""
    try:
        # Without waiting: a pipe in the place of a file must not hold a clerk up.
        handle = os.open(file, _READ | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=inside)
    except FileNotFoundError as error:
        raise DamagedError(f"{file} is missing") from error
    except OSError as error:
        raise DamagedError(f"{file} cannot be opened: {error.strerror}") from error
    try:
        info = os.fstat(handle)
        if not stat.S_ISREG(info.st_mode):
            raise DamagedError(f"{file} is no file")
        if info.st_size > most:
            raise DamagedError(f"{file} is larger than {most >> 20} MiB")
        yield handle
    finally:
        os.close(handle)
