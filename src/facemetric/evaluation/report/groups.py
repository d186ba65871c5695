"""The user's own groups of people, from a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from facemetric.datasets import Photo, photo_name
from facemetric.errors import DataError

_FORM = "Write a header person,group or photo,group and one line each"


def read_groups(
    path: Path, photos: Sequence[Photo], people: Sequence[str]
) -> tuple[str | None, ...]:
    """Return the group of each photograph; ``None`` where the file names none.

    Parameters
    ----------
    path
        CSV in UTF-8 with the columns ``group`` and either ``person`` or ``photo``; others are
        ignored. A photograph is named as the reports name it (``folder/file.jpg``) or by the end
        of that, as long as it is the only one.
    photos, people
        Of the task; ``people`` may be empty where the file is by ``photo``.

    Raises
    ------
    DataError
        The file cannot be read, has other columns, contradicts itself, names a photograph that is
        not the only one, or nobody of the task.
    """
    by, groups = _read(path)
    if by == "person":
        if not people:
            raise DataError(
                "the people of this protocol are not known",
                item=str(path),
                fix="Give groups by photo: a header photo,group",
            )
        found = tuple(groups.get(person) for person in people)
    else:
        found = _of_photos(path, groups, [photo_name(photo) for photo in photos])
    if not any(found):
        example = photo_name(photos[0]) if by == "photo" else people[0]
        raise DataError(
            f"none of its {len(groups)} entries is a {by} of the protocol",
            item=str(path),
            fix=f"Name them like {example!r}",
        )
    return found


def check_groups(path: Path) -> None:
    """Raise DataError where the file has no groups, whatever the protocol (see `read_groups`)."""
    if not _read(path)[1]:
        raise DataError("it names nobody: there is a header alone", item=str(path), fix=_FORM)


def _read(path: Path) -> tuple[str, dict[str, str]]:
    """Return the kind of key, and the group of each."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            heads = [(head or "").strip() for head in reader.fieldnames or ()]
            kinds = [kind for kind in ("person", "photo") if kind in heads]
            if len(kinds) != 1 or "group" not in heads:
                got = ", ".join(map(repr, heads)) or "an empty file"
                raise DataError(
                    f"expected a column group and one of person and photo, got {got}",
                    item=str(path),
                    fix=_FORM,
                )
            reader.fieldnames = heads
            groups: dict[str, str] = {}
            for row in reader:
                _add(groups, row, kinds[0], f"{path}, line {reader.line_num}")
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(f"it cannot be read: {reason}", item=str(path), fix=_FORM) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError("it is no CSV in UTF-8", item=str(path), fix=_FORM) from error
    return kinds[0], groups


def _add(groups: dict[str, str], row: dict[str, str], kind: str, where: str) -> None:
    key, group = ((row[name] or "").strip() for name in (kind, "group"))
    if not key or not group:
        raise DataError(f"expected a {kind} and a group, got {key!r}, {group!r}", item=where)
    if groups.setdefault(key, group) != group:
        raise DataError(f"{key!r} is in group {groups[key]!r} already, not {group!r}", item=where)


def _of_photos(path: Path, groups: dict[str, str], names: Sequence[str]) -> tuple[str | None, ...]:
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        parts = name.split("/")
        for start in range(len(parts)):
            rows.setdefault("/".join(parts[start:]), []).append(row)
    found: list[str | None] = [None] * len(names)
    for key, group in groups.items():
        # A key may be longer than a report's name: a whole path.
        end = "/".join(key.replace("\\", "/").split("/")[-2:])
        meant = rows.get(key) or rows.get(end, [])
        if len({names[row] for row in meant}) > 1:
            raise DataError(
                f"{key!r} may be {names[meant[0]]!r} or {names[meant[1]]!r}",
                item=str(path),
                fix="Write the folder and the file",
            )
        for row in meant:
            if found[row] not in (None, group):
                raise DataError(
                    f"{names[row]!r} is in group {found[row]!r} and in {group!r}", item=str(path)
                )
            found[row] = group
    return tuple(found)
