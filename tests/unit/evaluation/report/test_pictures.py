from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facemetric.datasets import Photo
from facemetric.evaluation import CentreCrop, ReadyChips
from facemetric.evaluation.parts import HardPair
from facemetric.evaluation.report.pictures import FaceCutter
from facemetric.types import Face

from .conftest import MadeUpTask


class Finder(CentreCrop):
    """Finds a face in the middle of the odd photographs alone."""

    def __call__(self, photos: Sequence[Photo]) -> list[Face | None]:
        box = np.array([15, 15, 45, 45], np.float32)
        return [
            Face(box, 1.0, np.zeros((5, 2), np.float32)) if int(photo.name[-7:-4]) % 2 else None
            for photo in photos
        ]

    def counts_as_found(self, face: Face | None) -> bool:
        return face is not None


def test_pairs_are_cut_named_and_judged(task: MadeUpTask) -> None:
    cutter = FaceCutter(Finder(), task.photos, task.people)
    hard = [HardPair(1, 5, 0.6), HardPair(2, 0, 0.2)]
    accepts = cutter.pairs(hard, 0.5, same=False)
    assert [pair.wrong for pair in accepts] == [True, False]
    assert [pair.wrong for pair in cutter.pairs(hard, 0.5, same=True)] == [False, True]
    first, second = accepts
    assert (first.left.person, first.left.photo, first.left.note) == ("P00", "001.png", "")
    assert first.left.picture is not None and first.left.picture.ratio == 1
    left, top, right, bottom = first.left.picture.frame_xyxy_px
    assert left < 15 and top < 15 and right > 45 and bottom > 45
    assert second.left.note == "no face found" and second.left.picture is not None
    assert second.right.picture is None and second.right.note


def test_ready_pictures_are_shown_whole(task: MadeUpTask) -> None:
    cutter = FaceCutter(ReadyChips(), task.photos, ())
    (pair,) = cutter.pairs([HardPair(1, 2, 0.6)], 0.5, same=True)
    assert pair.left.person == "" and pair.left.photo == "P00/001.png"
    assert pair.left.picture is not None and pair.left.note == ""
    assert cutter.pairs([], 0.5, same=True) == ()
