"""Lists of photographs and their people: ``.lst``, ``.txt``, ``.csv`` and ``.tsv``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from facemetric.datasets.chips.folders import PhotoSource
from facemetric.datasets.labelled import LabelledPhotos
from facemetric.datasets.listing import inside, read_lines, read_text, require_files
from facemetric.errors import DataError

LIST_SUFFIXES = (".lst", ".txt", ".csv", ".tsv")
PATH_COLUMNS = ("path", "file", "image")
PERSON_COLUMNS = ("person", "identity", "label")

_WHAT = "the list"


def open_list_file(
    path: Path, *, root: Path | None = None, anywhere: bool = False, check_files: bool = True
) -> PhotoSource:
    """Open the photographs that a list names, in its order.

    ``.lst`` is InsightFace's (index, path, label) or MXNet's (index, label, path), with tabs.
    ``.txt`` has a path and a person a line, with a tab or spaces between; the path may hold spaces.
    ``.csv`` and ``.tsv`` have a header with ``path`` (or ``file``, ``image``) and ``person`` (or
    ``identity``, ``label``); other columns are passed over.

    Parameters
    ----------
    root
        Folder that the paths start from; ``None`` for the list's own.
    anywhere
        Allow absolute paths and such that lead out of ``root``. Links are followed either way.
    check_files
        Look for every file now rather than when it is read.

    Raises
    ------
    DataError
        The list cannot be read, a line has another form, a path leads out of ``root``, a file
        occurs twice or is missing; the error names the list and the line.
    """
    path = Path(path)
    root = path.parent if root is None else Path(root)
    paths: list[Path] = []
    people: list[str] = []
    line_of: dict[str, int] = {}
    names: list[str] = []
    for line, name, person in _entries(path):
        where = f"{path}, line {line}"
        if not person:
            raise DataError("the person is missing", item=where)
        plain = _name_anywhere(name, where) if anywhere else _name_inside(name, where)
        if line_of.setdefault(plain, line) != line:
            raise DataError(f"{plain} is already in line {line_of[plain]}", item=where)
        names.append(plain)
        paths.append(root / plain)
        people.append(person)
    if not paths:
        raise DataError(f"{_WHAT} names no photographs", item=str(path))
    if check_files:
        require_files(
            root,
            names,
            item=str(path),
            fix=f"Looked in {root}; name another root if the paths start elsewhere",
        )
    return PhotoSource(LabelledPhotos(tuple(paths), tuple(people)), root=root)


def _entries(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line number from 1, path and person of each line."""
    match path.suffix.lower():
        case ".lst":
            return _numbered(path)
        case ".txt":
            return _plain(path)
        case ".csv":
            return _table(path, ",")
        case ".tsv":
            return _table(path, "\t")
    raise DataError(
        f"expected a list ({', '.join(LIST_SUFFIXES)}), got {path.suffix or 'no suffix'}",
        item=str(path),
    )


def _plain(path: Path) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(read_lines(path, what=_WHAT), start=1):
        fields = line.strip().rsplit("\t" if "\t" in line.strip() else None, 1)
        if len(fields) != 2:
            raise DataError(
                f"expected a path and a person, got {line[:80]!r}", item=f"{path}, line {number}"
            )
        yield number, fields[0].strip(), fields[1].strip()


def _numbered(path: Path) -> Iterator[tuple[int, str, str]]:
    path_first: bool | None = None
    for number, line in enumerate(read_lines(path, what=_WHAT), start=1):
        where = f"{path}, line {number}"
        fields = [field.strip() for field in line.split("\t")]
        if len(fields) != 3 or not fields[0].isdecimal():
            raise DataError(
                f"expected a number, a path and a label with tabs between, got {line[:80]!r}",
                item=where,
            )
        if path_first is None:
            path_first = _whole(fields[2]) is not None
        name, label = fields[1:] if path_first else fields[:0:-1]
        person = _whole(label)
        if person is None:
            raise DataError(f"expected a whole number as label, got {label[:80]!r}", item=where)
        yield number, name, person


def _whole(text: str) -> str | None:
    """Return the number that ``7`` or MXNet's ``7.000000`` writes, as text."""
    whole, _, rest = text.partition(".")
    if not (whole.isascii() and whole.isdecimal()) or rest.strip("0"):
        return None
    return str(int(whole)) if len(whole) <= 18 else None


def _table(path: Path, delimiter: str) -> Iterator[tuple[int, str, str]]:
    text = read_text(path, what=_WHAT)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [name.strip().lower() for name in next(rows, [])]
        at = _column(header, PATH_COLUMNS, path), _column(header, PERSON_COLUMNS, path)
        for fields in rows:
            if not fields:  # an empty line
                continue
            if len(fields) != len(header):
                raise DataError(
                    f"expected {len(header)} columns as in the header, got {len(fields)}",
                    item=f"{path}, line {rows.line_num}",
                )
            yield rows.line_num, fields[at[0]].strip(), fields[at[1]].strip()
    except csv.Error as error:
        raise DataError(str(error), item=f"{path}, line {rows.line_num}") from error


def _column(header: list[str], wanted: tuple[str, ...], path: Path) -> int:
    found = [at for at, name in enumerate(header) if name in wanted]
    if len(found) == 1:
        return found[0]
    raise DataError(
        f"expected one column {' or '.join(wanted)} in the header, got {len(found)}",
        item=f"{path}, line 1",
        fix=f"The header reads {', '.join(header)[:80]!r}",
    )


def _name_inside(name: str, where: str) -> str:
    try:
        return inside(name, where=where)
    except DataError as error:
        raise DataError(
            error.cause, item=where, fix="Allow paths outside with anywhere=True, or name the root"
        ) from error


def _name_anywhere(name: str, where: str) -> str:
    if not name or "\0" in name:
        raise DataError(f"expected a path, got {name[:80]!r}", item=where)
    return name.replace("\\", "/")
