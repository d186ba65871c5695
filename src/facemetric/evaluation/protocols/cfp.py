"""Celebrities in Frontal-Profile: ten folds, frontal with frontal and frontal with profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from facemetric.datasets import PhotoPairs, read_cfp_pairs
from facemetric.errors import InputError
from facemetric.evaluation.protocols.pair_list import (
    PairList,
    PairListsTask,
    fold_of_listed_photos,
)

TITLE = "CFP, Celebrities in Frontal-Profile, 10 folds each"


@dataclass(frozen=True, eq=False, kw_only=True)
class CfpTask(PairListsTask):
    """CFP's lists FF and FP, 7,000 pairs each.

    Sengupta et al., "Frontal to Profile Face Verification in the Wild", WACV 2016.
    """

    protocol: ClassVar[str] = "cfp"


def cfp_task(root: Path, *, lists: Sequence[Literal["FF", "FP"]] = ("FF", "FP")) -> CfpTask:
    """Read CFP.

    Parameters
    ----------
    root
        Folder with ``Protocol`` and ``Data``.
    lists
        Which to measure: a part for each, in this order.

    Raises
    ------
    InputError
        ``lists`` is empty, or names one twice or another.
    DataError
        See `facemetric.datasets.read_cfp_pairs`.
    """
    if not lists or len(set(lists)) != len(lists):
        raise InputError(f"expected FF, FP or both, got {list(lists)}", item="lists")
    read = {name: read_cfp_pairs(root, name) for name in lists}
    person_of = {
        path: person
        for listed in read.values()
        for path, person in zip(listed.paths, listed.people, strict=True)
    }
    photos = tuple(sorted(person_of))
    row_of = {path: row for row, path in enumerate(photos)}
    parts = tuple(_on_all_photos(name, listed, row_of) for name, listed in read.items())
    return CfpTask(
        title=TITLE,
        photos=photos,
        people=tuple(person_of[path] for path in photos),
        fold=fold_of_listed_photos(len(photos), parts),
        faces="usual",
        conditions={"lists": ", ".join(lists), "folds": max(one.folds for one in read.values())},
        lists=parts,
    )


def _on_all_photos(name: str, listed: PhotoPairs, row_of: dict[Path, int]) -> PairList:
    rows = np.array([row_of[path] for path in listed.paths], np.int64)
    return PairList(name, rows[listed.pairs], listed.same, listed.fold)
