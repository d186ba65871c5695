"""YouTube Faces as a task: videos compared by all their frames."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import DataError
from facemetric.evaluation import PROTOCOLS, Settings, Verification
from facemetric.evaluation.metrics import kfold_accuracy
from facemetric.evaluation.protocols import YoutubeFacesTask, youtube_faces_task
from facemetric.types import AnyArray
from layouts.small import FOLDS, YTF_PAIRS, SmallTrees

QUICK = Settings(replicates=20)


def units(rng: np.random.Generator, rows: int) -> AnyArray:
    vectors = rng.normal(size=(rows, 8))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


PEOPLE = 10


def made_up(lengths: list[int]) -> YoutubeFacesTask:
    """Ten people with two videos each, of so many frames."""
    videos = [f"{person}/{number}" for person in range(PEOPLE) for number in (0, 1)]
    genuine = [(2 * person, 2 * person + 1) for person in range(PEOPLE)]
    impostor = [(2 * person, (2 * person + 3) % (2 * PEOPLE)) for person in range(PEOPLE)]
    return YoutubeFacesTask(
        title="made up",
        photos=tuple(
            Path(f"{video}/{shot}.jpg")
            for video, length in zip(videos, lengths, strict=True)
            for shot in range(length)
        ),
        people=tuple(np.repeat([video[0] for video in videos], lengths).tolist()),
        conditions={},
        first_frame=np.concatenate([[0], np.cumsum(lengths)[:-1]]),
        pairs=np.array(genuine + impostor),
        same=np.arange(2 * PEOPLE) < PEOPLE,
        fold_of_pair=np.arange(2 * PEOPLE) % 2,
    )


def verification(task: YoutubeFacesTask, vectors: AnyArray, found: AnyArray) -> Verification:
    (part,) = task.measure(vectors, found, QUICK)
    assert isinstance(part, Verification)
    assert part.scores is not None
    assert part.pairs is not None
    return part


def counted_frames(task: YoutubeFacesTask, found: AnyArray) -> list[list[int]]:
    """The frames of each video that count, by the rule written out."""
    ends = [*task.first_frame.tolist(), len(task.photos)]
    frames = []
    for start, end in pairwise(ends):
        seen = [row for row in range(start, end) if found[row]]
        frames.append(seen or list(range(start, end)))
    return frames


@settings(deadline=None, max_examples=10)
@given(
    lengths=st.lists(st.integers(1, 4), min_size=2 * PEOPLE, max_size=2 * PEOPLE),
    share_lost=st.sampled_from([0.0, 0.3, 0.8, 1.0]),
    seed=st.integers(0, 1000),
)
def test_a_pair_scores_the_mean_over_all_pairs_of_frames(
    lengths: list[int], share_lost: float, seed: int
) -> None:
    task = made_up(lengths)
    count = len(task.photos)
    rng = np.random.default_rng(seed)
    found = rng.random(count) >= share_lost
    vectors = units(rng, count)
    part = verification(task, vectors, found)
    frames = counted_frames(task, found)
    for score, (first, second), shown in zip(part.scores, task.pairs, part.pairs, strict=True):
        cosines = [
            vectors[a].astype(float) @ vectors[b] for a in frames[first] for b in frames[second]
        ]
        assert score == pytest.approx(np.mean(cosines), abs=1e-12)
        for video, frame in zip((first, second), shown, strict=True):
            mean = np.mean([vectors[row].astype(float) for row in frames[video]], axis=0)
            assert frame in frames[video]
            best = max(vectors[row] @ mean for row in frames[video])
            assert vectors[frame] @ mean == pytest.approx(best, abs=1e-6)
    assert part.counts["frames"] == count
    assert part.counts["frames left out"] == count - sum(map(len, frames))
    blind = [not any(found[row] for row in rows) for rows in frames]
    assert part.counts["videos without a face"] == sum(blind)
    touched = [any(blind[video] for video in pair) for pair in task.pairs]
    assert part.counts.get("pairs with a face not found", 0) == sum(touched)
    assert (len(part.notes) == 1) is not bool(found.all())


def test_what_is_read(small_trees: SmallTrees) -> None:
    task = youtube_faces_task(small_trees.youtube_faces)
    assert np.bincount(task.fold_of_pair).tolist() == [2 * YTF_PAIRS] * FOLDS
    starts = task.first_frame.tolist()
    for start, end in zip(starts, [*starts[1:], len(task.photos)], strict=True):
        frames = [path for path in task.photos[start:end] if isinstance(path, Path)]
        assert len(frames) == end - start >= 2
        assert len({path.parent for path in frames}) == 1
        assert set(task.people[start:end]) == {frames[0].parent.parent.name}
        numbers = [int(path.name.split(".")[1]) for path in frames]
        assert numbers == sorted(numbers)
    people = np.array(task.people)[task.first_frame][task.pairs]
    assert ((people[:, 0] == people[:, 1]) == task.same).all()
    assert task.fold is not None
    assert set(task.fold.tolist()) == set(range(FOLDS))
    assert task.conditions["frames"] == 100
    assert "first 100 frames" in task.title


def test_figures_and_people(small_trees: SmallTrees) -> None:
    task = youtube_faces_task(small_trees.youtube_faces)
    person = np.unique(np.array(task.people), return_inverse=True)[1]
    rng = np.random.default_rng(0)
    vectors = units(rng, person.max() + 1)[person] + 0.6 * units(rng, len(person))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    part = verification(task, vectors, np.ones(len(vectors), bool))
    wanted = kfold_accuracy(part.scores, task.same, task.fold_of_pair)
    accuracy = part.figure("accuracy")
    assert accuracy.value == pytest.approx(wanted.mean)
    assert accuracy.interval is not None
    assert part.counts["videos"] == len(task.first_frame)
    assert part.counts["people"] == len(set(task.people))


def test_the_first_frames_only(small_trees: SmallTrees) -> None:
    whole = youtube_faces_task(small_trees.youtube_faces, frames=None)
    first = PROTOCOLS["ytf"](small_trees.youtube_faces)
    assert first.photos == whole.photos
    assert "all frames" in whole.title
    one = youtube_faces_task(small_trees.youtube_faces, frames=1)
    assert one.photos == tuple(whole.photos[row] for row in whole.first_frame)


def test_another_folder_of_frames_and_another_list(small_trees: SmallTrees, tmp_path: Path) -> None:
    copy = shutil.copytree(small_trees.youtube_faces, tmp_path / "ytf")
    (copy / "frame_images_DB").rename(copy / "aligned_images_DB")
    (copy / "splits.txt").rename(copy / "splits_corrected.txt")
    task = youtube_faces_task(
        copy, frame_folder="aligned_images_DB", list_name="splits_corrected.txt"
    )
    assert len(task.photos) == len(youtube_faces_task(small_trees.youtube_faces).photos)
    with pytest.raises(DataError, match=r"splits\.txt"):
        youtube_faces_task(copy)
    with pytest.raises(DataError, match="frame_images_DB"):
        youtube_faces_task(copy, list_name="splits_corrected.txt")
