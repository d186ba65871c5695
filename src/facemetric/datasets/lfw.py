"""Labeled Faces in the Wild: the ten-fold pair list."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from facemetric.datasets.pairs import PhotoPairs, pair_rows
from facemetric.errors import DataError


class LfwPairs(PhotoPairs):
    """The pairs of an LFW list, genuine ones first in every fold."""


def read_lfw_pairs(root: Path, *, list_name: str = "pairs.txt") -> LfwPairs:
    """Read an LFW pair list (view 2: 10 folds of 300 genuine and 300 impostor pairs).

    Parameters
    ----------
    root
        Folder with the list and a folder of ``Name_0001.jpg`` … per person.
    list_name
        File name of the list inside ``root``.

    Raises
    ------
    DataError
        The list is absent, a line has another form than the format's, the counts differ from the
        header's, or a named photograph is missing.
    """
    path = Path(root) / list_name
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(
            f"the pair list cannot be read: {reason}",
            item=str(path),
            fix="LFW's pairs.txt belongs beside the folders of the people",
        ) from error
    n_folds, n_each = _header(lines, path)
    wanted = 1 + n_folds * 2 * n_each
    if len(lines) != wanted:
        raise DataError(
            f"expected {wanted} lines ({n_folds} folds x 2 x {n_each} pairs and a header), "
            f"got {len(lines)}",
            item=str(path),
        )
    parsed = []
    for number, line in enumerate(lines[1:], start=2):
        genuine = (number - 2) % (2 * n_each) < n_each
        parsed.append(_pair(line, genuine=genuine, where=f"{path}, line {number}"))
    paths, rows = pair_rows(parsed)
    missing = [name for name in paths if not (Path(root) / name).is_file()]
    if missing:
        raise DataError(
            f"{len(missing)} of {len(paths)} photographs are missing, the first is {missing[0]}",
            item=str(path),
            fix="Unpack the whole set beside the pair list",
        )
    position = np.arange(len(parsed))
    return LfwPairs(
        paths=tuple(Path(root) / name for name in paths),
        pairs=rows,
        same=position % (2 * n_each) < n_each,
        fold=position // (2 * n_each),
        people=tuple(name.split("/")[0] for name in paths),
    )


def _header(lines: list[str], path: Path) -> tuple[int, int]:
    fields = lines[0].split() if lines else []
    if len(fields) != 2 or not all(field.isdecimal() and int(field) > 0 for field in fields):
        got = repr(lines[0][:80]) if lines else "an empty file"
        raise DataError(
            f"expected two numbers, folds and pairs of each kind per fold, got {got}",
            item=f"{path}, line 1",
        )
    return int(fields[0]), int(fields[1])


def _pair(line: str, *, genuine: bool, where: str) -> tuple[str, str]:
    fields = line.split("\t")
    form = "name, number, number" if genuine else "name, number, name, number"
    numbers = fields[1:] if genuine else fields[1::2]
    names = fields[:1] if genuine else fields[::2]
    if (
        len(fields) != (3 if genuine else 4)
        or not all(number.isdecimal() and 1 <= int(number) <= 9999 for number in numbers)
        or not all(_is_plain(name) for name in names)
    ):
        raise DataError(f"expected {form} with tabs between, got {line[:80]!r}", item=where)
    first, second = (names * 2)[:2]
    if genuine == (first == second) and (first, numbers[0]) != (second, numbers[1]):
        return _file(first, numbers[0]), _file(second, numbers[1])
    problem = "one photograph twice" if genuine else "one person twice in an impostor pair"
    raise DataError(problem, item=where)


def _is_plain(name: str) -> bool:
    return bool(name) and name not in {".", ".."} and not set(name) & set("/\\\0")


def _file(name: str, number: str) -> str:
    return f"{name}/{name}_{int(number):04d}.jpg"
