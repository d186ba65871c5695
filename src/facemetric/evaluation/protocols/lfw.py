"""Labeled Faces in the Wild, view 2: ten folds, the threshold chosen on the other nine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from facemetric.datasets import read_lfw_pairs
from facemetric.evaluation.protocols.pair_list import PairTask
from facemetric.evaluation.task import Faces, fold_of_photos

TITLE = "LFW view 2, 10 folds, unrestricted with labelled outside data"


@dataclass(frozen=True, eq=False, kw_only=True)
class LfwTask(PairTask):
    """LFW's 6,000 pairs. Huang et al., "Labeled Faces in the Wild", 2007."""

    protocol: ClassVar[str] = "lfw"


def lfw_task(root: Path, *, faces: Faces = "central", list_name: str = "pairs.txt") -> LfwTask:
    """Read LFW.

    Parameters
    ----------
    root
        Folder with the list and the people's folders.
    faces
        ``"centre"`` for FaceNet's centre-crop figure (98.87 ± 0.15 %), ``"central"`` for the
        aligned one (99.63 ± 0.09 %).
    list_name
        Of the pair list inside ``root``.

    Raises
    ------
    DataError
        See `facemetric.datasets.read_lfw_pairs`.
    """
    listed = read_lfw_pairs(root, list_name=list_name)
    return LfwTask(
        title=TITLE,
        photos=listed.paths,
        people=listed.people,
        fold=fold_of_photos(len(listed.paths), listed.pairs, listed.fold),
        faces=faces,
        conditions={"list": list_name, "folds": listed.folds},
        pairs=listed.pairs,
        same=listed.same,
        fold_of_pair=listed.fold,
    )
