"""IJB-B and IJB-C from the publisher's csv files.

Whitelam et al., IARPA Janus Benchmark-B Face Dataset, CVPR Workshops 2017; Maze et al., IARPA
Janus Benchmark-C: Face Dataset and Protocol, ICB 2018.
"""

from __future__ import annotations

import csv
import io
import warnings
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets.listing import inside, read_text, require_files, whole_number
from facemetric.datasets.templates import FaceTemplates, IjbProtocol, check_galleries
from facemetric.errors import DataError, InputError

IjbName: TypeAlias = Literal["IJB-B", "IJB-C"]

_PARTS = {"IJB-B": ("ijbb", "protocol", ("S1", "S2")), "IJB-C": ("ijbc", "protocols", ("G1", "G2"))}
_FIX = "Give the folder that the publisher's archive unpacks to"
_BOX = ("FACE_X", "FACE_Y", "FACE_WIDTH", "FACE_HEIGHT")


def read_ijb(
    root: Path, name: IjbName, *, probes: Literal["mixed", "img", "video"] = "mixed"
) -> IjbProtocol:
    """Read 1:1 verification and 1:N search of one set.

    Parameters
    ----------
    root
        Folder with ``protocols/`` (IJB-B: ``protocol/``), which holds
        ``ijbc_1N_gallery_G1.csv``, ``…_G2.csv``, ``ijbc_1N_probe_mixed.csv`` and
        ``ijbc_11_G1_G2_matches.csv`` (IJB-B: S1, S2), and the photographs, in ``images/`` where
        there is such a folder, else in ``root``.
    probes
        Which probe file. The pairs of 1:1 need the mixed one; with another there are none.

    Raises
    ------
    DataError
        A file is absent or a line has another form, a template shows two people, a person is
        enrolled twice, a pair names an unknown template, or a photograph is missing.
    """
    prefix, folder, parts = _parts(name)
    root = Path(root)
    protocol = root / folder
    sheets = [_read_sheet(protocol / f"{prefix}_1N_gallery_{part}.csv") for part in parts]
    sheets.append(_read_sheet(protocol / f"{prefix}_1N_probe_{probes}.csv"))
    images = root / "images" if (root / "images").is_dir() else root
    templates = _merge(sheets, images)
    *galleries, searched = [
        templates.rows(np.unique(np.array(sheet.template, np.int64)), where=str(sheet.path))
        for sheet in sheets
    ]
    check_galleries(templates, galleries, where=str(protocol))
    pairs = np.empty((0, 2), np.int64)
    if probes == "mixed":
        path = protocol / f"{prefix}_11_{parts[0]}_{parts[1]}_matches.csv"
        table = integer_table(path, columns=2, separator=",")
        pairs = templates.rows(table.ravel(), where=str(path)).reshape(-1, 2)
    subjects = templates.subjects[pairs]
    return IjbProtocol(
        templates, pairs, subjects[:, 0] == subjects[:, 1], tuple(galleries), searched
    )


def integer_table(path: Path, *, columns: int, separator: str | None) -> NDArray[np.int64]:
    """Return ``int64 (N, columns)``; ``separator`` ``None`` means white space.

    Raises
    ------
    DataError
        The file cannot be read or is empty, or a line has another form.
    """
    # Tens of millions of lines: numpy's reader first. Where that finds a fault, the slow one finds
    # it again and names the line.
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            table = np.loadtxt(path, np.int64, delimiter=separator, comments=None, ndmin=2)
        if table.shape[1] == columns:
            return table
    except (OSError, ValueError, Warning):
        pass
    return _line_by_line(path, columns, separator)


def _line_by_line(path: Path, columns: int, separator: str | None) -> NDArray[np.int64]:
    values = array("q")
    number = 0
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, start=1):
                fields = line.split(separator)
                try:
                    if len(fields) != columns:
                        raise ValueError
                    values.extend(map(int, fields))
                except (ValueError, OverflowError) as error:
                    raise DataError(
                        f"expected {columns} integers, got {line.strip()[:80]!r}",
                        item=f"{path}, line {number}",
                    ) from error
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"the table cannot be read: {reason}", item=str(path), fix=_FIX) from error
    if not values:
        raise DataError("the table is empty", item=str(path), fix=_FIX)
    return np.frombuffer(values, np.int64).reshape(-1, columns)


def template_subjects(path: Path) -> dict[int, int]:
    """Return the person of each template of a gallery or probe file.

    Raises
    ------
    DataError
        The file is absent, a line has another form, or a template shows two people.
    """
    sheet = _read_sheet(path, names_only=True)
    return sheet.subject_of


@dataclass
class _Sheet:
    """One csv file: a line a face."""

    path: Path
    template: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    media: list[int] = field(default_factory=list)
    boxes: list[list[float]] = field(default_factory=list)
    subject_of: dict[int, int] = field(default_factory=dict)


def _parts(name: str) -> tuple[str, str, tuple[str, str]]:
    if name not in _PARTS:
        raise InputError(f"expected {' or '.join(_PARTS)}, got {name!r}", item="name")
    return _PARTS[name]


def _read_sheet(path: Path, *, names_only: bool = False) -> _Sheet:
    sheet = _Sheet(path)
    reader = csv.reader(io.StringIO(read_text(path, what="the templates", fix=_FIX), newline=""))
    try:
        header = [column.strip().upper() for column in next(reader, [])]
        template, subject = (
            _column(header, path, "TEMPLATE_ID"),
            _column(header, path, "SUBJECT_ID"),
        )
        if not names_only:
            file = _column(header, path, "FILENAME", "FILE")
            medium = _column(header, path, "MEDIA_ID", "SIGHTING_ID")
            box = [_column(header, path, column) for column in _BOX]
        for line in reader:
            if not line:
                continue
            where = f"{path}, line {reader.line_num}"
            if len(line) != len(header):
                raise DataError(f"expected {len(header)} fields, got {len(line)}", item=where)
            number = whole_number(line[template], where=where, what="a template")
            person = whole_number(line[subject], where=where, what="a subject")
            if sheet.subject_of.setdefault(number, person) != person:
                raise DataError(
                    f"template {number} shows {sheet.subject_of[number]} and {person}", item=where
                )
            if names_only:
                continue
            sheet.template.append(number)
            sheet.names.append(inside(line[file].strip(), where=where))
            sheet.media.append(whole_number(line[medium], where=where, what="a medium"))
            sheet.boxes.append(_box([line[column] for column in box], where))
    except csv.Error as error:
        raise DataError(
            f"not a csv file: {error}", item=f"{path}, line {reader.line_num}"
        ) from error
    if not sheet.subject_of:
        raise DataError("no templates in it", item=str(path), fix=_FIX)
    return sheet


def _column(header: list[str], path: Path, *names: str) -> int:
    for name in names:
        if name in header:
            return header.index(name)
    raise DataError(
        f"expected a column {' or '.join(names)}, got {', '.join(header)[:200]!r}",
        item=f"{path}, line 1",
    )


def _box(fields: Sequence[str], where: str) -> list[float]:
    """Corners from left, top, width and height; NaN where all four are missing."""
    if all(value.strip().lower() in ("", "nan") for value in fields):
        return [float("nan")] * 4
    try:
        x, y, width, height = (float(value) for value in fields)
    except ValueError as error:
        raise DataError(
            f"expected left, top, width, height, got {list(fields)}", item=where
        ) from error
    if not (np.isfinite([x, y, width, height]).all() and width > 0 and height > 0):
        raise DataError(f"expected a box, got {list(fields)}", item=where)
    return [x, y, x + width, y + height]


def _merge(sheets: Sequence[_Sheet], images: Path) -> FaceTemplates:
    subject_of: dict[int, int] = {}
    for sheet in sheets:
        for number, person in sheet.subject_of.items():
            if number in subject_of:
                raise DataError(f"template {number} is in another file too", item=str(sheet.path))
            subject_of[number] = person
    ids = np.array(sorted(subject_of), np.int64)
    names = [name for sheet in sheets for name in sheet.names]
    require_files(images, sorted(set(names)), item=str(sheets[0].path.parent), fix=_FIX)
    return FaceTemplates(
        ids=ids,
        subjects=np.array([subject_of[number] for number in ids.tolist()], np.int64),
        paths=tuple(images / name for name in names),
        template=np.searchsorted(
            ids, np.array([number for sheet in sheets for number in sheet.template], np.int64)
        ),
        media=np.array([medium for sheet in sheets for medium in sheet.media], np.int64),
        boxes_xyxy_px=np.array([box for sheet in sheets for box in sheet.boxes], np.float64),
        landmarks_px=np.full((len(names), 5, 2), np.nan),
    )
