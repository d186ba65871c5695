"""Celebrities in Frontal-Profile: pairs FF and FP in ten folds, as the set is distributed.

Sengupta et al., Frontal to Profile Face Verification in the Wild, WACV 2016.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np

from facemetric.datasets.listing import inside, read_lines, require_files, whole_number
from facemetric.datasets.pairs import PhotoPairs, pair_rows
from facemetric.errors import DataError, InputError

_FIX = "Give the folder that holds Protocol/ and Data/ of the unpacked cfp-dataset.zip"


def read_cfp_pairs(root: Path, protocol: Literal["FF", "FP"]) -> PhotoPairs:
    """Read the pairs of one protocol: frontal with frontal, or frontal with profile.

    Within a fold the genuine pairs come first. The full set has 10 folds of 350 + 350 pairs.

    Parameters
    ----------
    root
        Folder with ``Protocol/Pair_list_F.txt`` and ``Pair_list_P.txt`` (``number path`` lines,
        paths relative to ``Protocol``), ``Protocol/Split/FF|FP/NN/{same,diff}.txt`` (``i,j``
        lines, numbers of those lists) and ``Data/Images/NNN/{frontal,profile}/MM.jpg``.
    protocol
        In ``"FP"`` the second number of a line is one of the profile list.

    Raises
    ------
    DataError
        A list is absent or a line has another form, a number is not in its list, a pair
        contradicts the file that it stands in, or a named photograph is missing.
    """
    if protocol not in ("FF", "FP"):
        raise InputError(f"expected FF or FP, got {protocol!r}", item="protocol")
    root = Path(root)
    first = _photographs(root / "Protocol" / "Pair_list_F.txt")
    second = first if protocol == "FF" else _photographs(root / "Protocol" / "Pair_list_P.txt")
    splits = root / "Protocol" / "Split" / protocol
    named: list[tuple[str, str]] = []
    same: list[bool] = []
    fold: list[int] = []
    for number, folder in enumerate(_fold_folders(splits)):
        for genuine in (True, False):
            path = folder / ("same.txt" if genuine else "diff.txt")
            pairs = _pairs(path, first, second, genuine=genuine)
            named += pairs
            same += [genuine] * len(pairs)
            fold += [number] * len(pairs)
    names, rows = pair_rows(named)
    require_files(root, names, item=str(splits), fix=_FIX)
    return PhotoPairs(
        paths=tuple(root / name for name in names),
        people=tuple(_person(name) for name in names),
        pairs=rows,
        same=np.array(same, np.bool_),
        fold=np.array(fold, np.int64),
    )


def _photographs(path: Path) -> list[str]:
    """Paths from the root, in the order of their numbers, which run from 1."""
    names = []
    for number, line in enumerate(read_lines(path, what="the list", fix=_FIX), start=1):
        where = f"{path}, line {number}"
        fields = line.split(maxsplit=1)
        if len(fields) != 2 or fields[0] != str(number):
            raise DataError(f"expected {number} and a path, got {line[:80]!r}", item=where)
        name = inside(fields[1].strip(), where=where, below="Protocol")
        if len(name.split("/")) < 3:
            raise DataError(f"expected …/person/pose/photo.jpg, got {name[:80]!r}", item=where)
        names.append(name)
    return names


def _fold_folders(splits: Path) -> list[Path]:
    try:
        numbered = sorted(
            (int(entry.name), entry)
            for entry in splits.iterdir()
            if entry.name.isdecimal() and entry.is_dir()
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(
            f"the folds cannot be read: {reason}", item=str(splits), fix=_FIX
        ) from error
    if not numbered or [number for number, _ in numbered] != list(range(1, len(numbered) + 1)):
        raise DataError(
            f"expected folders 01, 02 …, got {[entry.name for _, entry in numbered]}",
            item=str(splits),
            fix=_FIX,
        )
    return [entry for _, entry in numbered]


def _pairs(
    path: Path, first: list[str], second: list[str], *, genuine: bool
) -> list[tuple[str, str]]:
    pairs = []
    for number, line in enumerate(read_lines(path, what="the pair list", fix=_FIX), start=1):
        where = f"{path}, line {number}"
        fields = line.split(",")
        if len(fields) != 2:
            raise DataError(f"expected two numbers with a comma, got {line[:80]!r}", item=where)
        pair = _listed(fields[0], first, where), _listed(fields[1], second, where)
        if pair[0] == pair[1]:
            raise DataError("one photograph twice", item=where)
        people = _person(pair[0]), _person(pair[1])
        if genuine != (people[0] == people[1]):
            wanted = "one person" if genuine else "two people"
            raise DataError(f"expected {wanted}, got {people[0]} and {people[1]}", item=where)
        pairs.append(pair)
    return pairs


def _listed(text: str, names: list[str], where: str) -> str:
    number = whole_number(text, where=where, what="a photograph's number", low=1)
    if number > len(names):
        raise DataError(f"photograph {number} is not among the {len(names)} listed", item=where)
    return names[number - 1]


def _person(name: str) -> str:
    return name.split("/")[-3]
