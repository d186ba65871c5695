"""IJB-B and IJB-C as InsightFace repackages them: loose crops with landmarks, and text lists."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets.ijb import IjbName, integer_table, template_subjects
from facemetric.datasets.listing import inside, read_lines, require_files, whole_number
from facemetric.datasets.templates import FaceTemplates, IjbProtocol, check_galleries
from facemetric.errors import DataError, InputError

_PARTS = {"IJB-B": ("ijbb", ("S1", "S2")), "IJB-C": ("ijbc", ("G1", "G2"))}
_FIX = "Give the folder IJBB or IJBC of InsightFace's IJB_release archive"


def read_insightface_ijb(root: Path, name: IjbName, *, search: bool = True) -> IjbProtocol:
    """Read 1:1 verification, and 1:N search where its files are wanted.

    Parameters
    ----------
    root
        Folder with ``loose_crop/`` and ``meta/``. That holds ``ijbc_face_tid_mid.txt``
        (photograph, template, medium), ``ijbc_name_5pts_score.txt`` (photograph, five
        points, score; the same photographs in the same order), ``ijbc_template_pair_label.txt``
        (template, template, 0 or 1) and, for the search, ``ijbc_1N_gallery_G1.csv``, ``…_G2.csv``,
        ``ijbc_1N_probe_mixed.csv`` (IJB-B: S1, S2).
    search
        ``False`` leaves galleries and probes empty and the subjects of templates unknown.

    Raises
    ------
    DataError
        A file is absent or a line has another form, two lists disagree, a person is enrolled
        twice, a template has no faces, or a photograph is missing.
    """
    if name not in _PARTS:
        raise InputError(f"expected {' or '.join(_PARTS)}, got {name!r}", item="name")
    prefix, parts = _PARTS[name]
    root = Path(root)
    meta = root / "meta"
    names, numbers, media = _faces(meta / f"{prefix}_face_tid_mid.txt")
    landmarks = _landmarks(meta / f"{prefix}_name_5pts_score.txt", names)
    ids, template = np.unique(np.array(numbers, np.int64), return_inverse=True)
    subject_of: dict[int, int] = {}
    files = [meta / f"{prefix}_1N_gallery_{part}.csv" for part in parts]
    files.append(meta / f"{prefix}_1N_probe_mixed.csv")
    sheets = [template_subjects(path) for path in files] if search else []
    for sheet, path in zip(sheets, files, strict=False):
        for number, person in sheet.items():
            if subject_of.setdefault(number, person) != person:
                raise DataError(
                    f"template {number} shows {subject_of[number]} in another file and {person}",
                    item=str(path),
                )
    require_files(root / "loose_crop", names, item=str(meta), fix=_FIX)
    templates = FaceTemplates(
        ids=ids,
        subjects=np.array([subject_of.get(number, -1) for number in ids.tolist()], np.int64),
        paths=tuple(root / "loose_crop" / item for item in names),
        template=template.astype(np.int64),
        media=np.array(media, np.int64),
        boxes_xyxy_px=np.full((len(names), 4), np.nan),
        landmarks_px=landmarks,
    )
    pairs, same = _pairs(meta / f"{prefix}_template_pair_label.txt", templates)
    rows = [
        templates.rows(np.array(sorted(sheet), np.int64), where=str(path))
        for sheet, path in zip(sheets, files, strict=False)
    ]
    if search:
        check_galleries(templates, rows[:-1], where=str(meta))
    return IjbProtocol(
        templates, pairs, same, tuple(rows[:-1]), rows[-1] if rows else np.empty(0, np.int64)
    )


def _faces(path: Path) -> tuple[list[str], list[int], list[int]]:
    names, templates, media = [], [], []
    for number, line in enumerate(read_lines(path, what="the faces", fix=_FIX), start=1):
        where = f"{path}, line {number}"
        fields = line.split()
        if len(fields) != 3:
            raise DataError(f"expected photograph, template, medium, got {line[:80]!r}", item=where)
        names.append(inside(fields[0], where=where))
        templates.append(whole_number(fields[1], where=where, what="a template"))
        media.append(whole_number(fields[2], where=where, what="a medium"))
    return names, templates, media


def _landmarks(path: Path, names: list[str]) -> NDArray[np.float64]:
    lines = read_lines(path, what="the landmarks", fix=_FIX)
    if len(lines) != len(names):
        raise DataError(f"expected {len(names)} lines, got {len(lines)}", item=str(path))
    points = np.empty((len(names), 5, 2))
    for row, (line, name) in enumerate(zip(lines, names, strict=True)):
        where = f"{path}, line {row + 1}"
        fields = line.split()
        if len(fields) != 12 or fields[0] != name:
            raise DataError(f"expected {name} and 11 numbers, got {line[:80]!r}", item=where)
        try:
            values = [float(value) for value in fields[1:11]]
        except ValueError as error:
            raise DataError(f"expected numbers, got {line[:80]!r}", item=where) from error
        points[row] = np.reshape(values, (5, 2))
    if not np.isfinite(points).all():
        row = int(np.flatnonzero(~np.isfinite(points).all(axis=(1, 2)))[0])
        raise DataError("expected finite numbers", item=f"{path}, line {row + 1}")
    return points


def _pairs(path: Path, templates: FaceTemplates) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    table = integer_table(path, columns=3, separator=None)
    wrong = np.flatnonzero((table[:, 2] != 0) & (table[:, 2] != 1))
    if len(wrong):
        raise DataError(
            f"expected 0 or 1 last, got {table[wrong[0], 2]}", item=f"{path}, line {wrong[0] + 1}"
        )
    rows = templates.rows(table[:, :2].ravel(), where=str(path)).reshape(-1, 2)
    return rows, table[:, 2] == 1
