"""MegaFace: the task from files, and its figures against loops."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from facemetric.datasets import LabelledPhotos, read_noise_list
from facemetric.errors import DataError, InputError
from facemetric.evaluation import PROTOCOLS, Identification, Settings, Verification, evaluate
from facemetric.evaluation.intervals import pairs_of_list, rank_interval, tar_intervals
from facemetric.evaluation.metrics import tar_at_far
from facemetric.evaluation.protocols import (
    MegafaceTask,
    megaface_kit_task,
    megaface_task,
    read_distractors,
    read_probes,
)
from facemetric.types import AnyArray, Float32
from layouts.small import SmallTrees

QUICK = Settings(replicates=100)


def made_up(task: MegafaceTask, *, noise: float = 0.9, seed: int = 0) -> Float32:
    """A direction for each probe's person and noise; each distractor by itself."""
    rng = np.random.default_rng(seed)
    person = np.unique(np.array(task.people[: task.probes]), return_inverse=True)[1]
    probes = rng.normal(size=(person.max() + 1, 8))[person]
    probes += noise * rng.normal(size=probes.shape)
    vectors = np.concatenate([probes, rng.normal(size=(len(task.photos) - task.probes, 8))])
    unit: Float32 = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


def measure(
    task: MegafaceTask, settings: Settings = QUICK, **options: float
) -> tuple[AnyArray, list]:
    vectors = made_up(task, **options)
    result = evaluate(task, lambda photos: (vectors, np.ones(len(photos), bool)), settings)
    result.to_wire().model_dump_json()
    return vectors, list(result.parts)


def people(count: int, each: int) -> LabelledPhotos:
    names = [f"Person_{number}" for number in range(count) for _ in range(each)]
    paths = tuple(Path(f"probes/{name}/{row}.jpg") for row, name in enumerate(names))
    return LabelledPhotos(paths, tuple(names))


def crowd(count: int) -> list[Path]:
    return [Path(f"crowd/{number}/face.jpg") for number in range(count)]


def test_figures_against_loops() -> None:
    task = megaface_task(people(7, 3), crowd(60), sizes=[5, 25, 60], seed=3)
    vectors, (by_size, ranks, pairs) = measure(task, Settings(replicates=100, fars=(0.1, 0.02)))
    probes, others = vectors[: task.probes], vectors[task.probes :]
    who = [int(name.split("_")[1]) for name in task.people[: task.probes]]
    table = probes.astype(np.float64) @ others.T.astype(np.float64)
    trials = [(i, j) for i in range(21) for j in range(21) if i != j and who[i] == who[j]]
    mates = np.array([float(probes[i] @ probes[j]) for i, j in trials])
    assert isinstance(by_size, Identification)
    for size in (5, 25, 60):
        first = [mate > table[i, :size].max() for (i, _), mate in zip(trials, mates, strict=True)]
        figure = by_size.figure(f"rank-1 among {size} distractors")
        assert figure.value == pytest.approx(np.mean(first), abs=1e-12)
    assert by_size.figures[0].name == "rank-1 among 60 distractors"
    (curve,) = by_size.curves
    assert curve.kind == "distractors"
    assert curve.x.tolist() == [5, 25, 60]
    assert curve.y[::-1].tolist() == [figure.value for figure in by_size.figures]
    assert (curve.low <= curve.y).all()
    assert (curve.y <= curve.high).all()
    assert np.all(np.diff(curve.y) <= 0)
    assert isinstance(ranks, Identification)
    above = [1 + (table[i] >= mate).sum() for (i, _), mate in zip(trials, mates, strict=True)]
    np.testing.assert_array_equal(ranks.searches.ranks, above)
    for rank in (1, 5, 10):
        figure = ranks.figure(f"rank-{rank} identification")
        assert figure.value == pytest.approx(np.mean(np.array(above) <= rank))
        interval = rank_interval(ranks.searches, ranks.probe_people, rank, replicates=100)
        assert figure.interval is not None
        assert (figure.interval.low, figure.interval.high) == pytest.approx(
            (interval.low, interval.high)
        )
    once = np.array([i < j for i, j in trials])
    scores = np.concatenate([mates[once], table.ravel()])
    same = np.arange(len(scores)) < once.sum()
    assert isinstance(pairs, Verification)
    assert pairs.impostor.total == table.size
    for far in (0.1, 0.02):
        expected = tar_at_far(scores, same, far).tar
        assert pairs.figure(f"TAR at FAR {far:g}").value == pytest.approx(expected)
    hardest = pairs.false_accepts[0]
    assert hardest.similarity == pytest.approx(table.max(), abs=1e-6)
    assert vectors[hardest.first] @ vectors[hardest.second] == pytest.approx(table.max(), abs=1e-6)


def test_intervals_of_tar_are_those_of_the_pairs_written_out() -> None:
    task = megaface_task(people(9, 3), crowd(40))
    vectors, (*_, part) = measure(task, Settings(replicates=100, fars=(0.05,)))
    who = np.repeat(np.arange(9), 3)
    rows = [(i, j) for i in range(27) for j in range(i + 1, 27) if who[i] == who[j]]
    scores = [float(vectors[i] @ vectors[j]) for i, j in rows]
    ends = [(who[i], who[i]) for i, _ in rows]
    for i in range(27):
        for column in range(40):
            scores.append(float(vectors[i] @ vectors[27 + column]))
            ends.append((who[i], 9 + column))
    same = np.array([a == b for a, b in ends])
    (expected,) = tar_intervals(
        pairs_of_list(np.array(scores), same, np.array(ends)), [0.05], replicates=100
    )
    found = part.figure("TAR at FAR 0.05").interval
    assert (found.estimate, found.low, found.high) == pytest.approx(
        (expected.estimate, expected.low, expected.high)
    )


def test_a_rate_without_enough_pairs_is_bounded() -> None:
    task = megaface_task(people(4, 2), crowd(30))
    _, (*_, part) = measure(task, Settings(replicates=100, fars=(1e-6,)))
    figure = part.figure("TAR at FAR 1e-06")
    assert figure.value is None
    assert figure.at_most is not None
    assert "needs 10,000,000 impostor pairs, there are 240" in figure.note


def test_prefixes_are_of_one_random_order() -> None:
    first, again, other = (megaface_task(people(2, 2), crowd(150), seed=s) for s in (4, 4, 5))
    assert [len(rows) for rows in first.subsets] == [10, 100, 150]
    assert first.photos == again.photos
    assert first.photos != other.photos
    assert set(first.photos) == set(other.photos)
    assert first.conditions["sizes"] == "10, 100, 150"
    short = megaface_task(people(2, 2), crowd(150), sizes=[20, 5])
    assert [len(rows) for rows in short.subsets] == [5, 20]
    assert len(short.photos) == 4 + 20


def test_people_of_the_probes_are_no_distractors(tmp_path: Path) -> None:
    probes = people(2, 2)
    same_name = [Path("crowd/person 1/a.jpg"), Path("crowd/PERSON-1/b.jpg")]
    task = megaface_task(probes, [*crowd(3), *same_name, probes.paths[0].parent / "other.jpg"])
    assert len(task.photos) - task.probes == 3
    assert len(task.left_out) == 3
    assert "Person_1, who is among the probes" in task.left_out[0].cause
    assert task.conditions["distractors_left_out"] == 3

    numbered = LabelledPhotos(tuple(Path(f"p/{i}/{i}.jpg") for i in range(4)), ("1", "1", "2", "2"))
    assert len(megaface_task(numbered, crowd(4)).left_out) == 0
    assert len(megaface_task(numbered, crowd(4), shared_ids=True).left_out) == 2
    with pytest.raises(DataError, match="none is left that shows somebody else"):
        megaface_task(probes, same_name)

    face = tmp_path / "Ann" / "1.jpg"
    face.parent.mkdir()
    face.touch()
    link = tmp_path / "link.jpg"
    link.symlink_to(face)
    paths = (face, tmp_path / "Ann" / "2.jpg", Path("Bob/1.jpg"), Path("Bob/2.jpg"))
    task = megaface_task(LabelledPhotos(paths, ("Ann", "Ann", "Bob", "Bob")), [link, *crowd(2)])
    assert [one.cause for one in task.left_out] == ["a distractor that is a probe too"]


def test_what_is_refused() -> None:
    with pytest.raises(DataError, match="two people with two photographs, got 1 such of 2"):
        few = LabelledPhotos((Path("a/1"), Path("a/2"), Path("b/1")), ("a", "a", "b"))
        megaface_task(few, crowd(3))
    with pytest.raises(InputError, match=r"expected 1 to 3 distractors.*got 4"):
        megaface_task(people(2, 2), crowd(3), sizes=[4])
    with pytest.raises(InputError, match="subsets or sizes"):
        megaface_task(people(2, 2), crowd(3), sizes=[2], subsets=[crowd(2)])


def test_single_photographs_are_no_probes() -> None:
    probes = people(2, 2)
    more = LabelledPhotos((*probes.paths, Path("x/x.jpg")), (*probes.people, "x"))
    task = megaface_task(more, crowd(3))
    assert task.probes == 4
    assert task.conditions["photographs_without_mate"] == 1


def test_the_kit_is_found_by_its_names(small_trees: SmallTrees) -> None:
    task = megaface_kit_task(small_trees.megaface, training_photos=3_000_000)
    assert isinstance(PROTOCOLS["megaface"](small_trees.megaface), MegafaceTask)
    sizes = [len(rows) for rows in task.subsets]
    lists = small_trees.megaface / "devkit" / "templatelists"
    whole = json.loads((lists / "megaface_features_list.json_36_1").read_text())["path"]
    assert sizes[-1] == len(whole) - 1  # one is on the noise list
    assert task.conditions["noise_lists"] == "facescrub_noises.txt, megaface_noises.txt"
    assert task.conditions["training_protocol"] == "large"
    assert "challenge 1" in task.title
    # The rows of the smaller size are the photographs of the kit's own list.
    listed = json.loads((lists / "megaface_features_list.json_10_1").read_text())["path"]
    noise = read_noise_list(small_trees.megaface / "megaface_noises.txt")
    rows = {task.photos[task.probes + int(row)] for row in task.subsets[0]}
    images = small_trees.megaface / "megaface_images"
    assert rows == {images / name for name in listed if name not in noise}
    _, parts = measure(task)
    assert [part.name for part in parts] == [
        "rank-1 by distractors",
        f"ranks among {sizes[-1]} distractors",
        "mates against distractors",
    ]
    other = megaface_kit_task(small_trees.megaface, list_number=2, use_noise=False)
    assert [len(rows) for rows in other.subsets] == [10, 36]
    assert other.conditions["noise_lists"] == "none"


def test_the_kit_has_other_probes_and_challenge_2(small_trees: SmallTrees) -> None:
    fgnet = megaface_kit_task(small_trees.megaface, probe_set="fgnet", sizes=[10])
    assert fgnet.people[0] == "001"
    assert "FG-NET" in fgnet.title
    second = megaface_kit_task(small_trees.megaface, challenge=2)
    assert "challenge 2" in second.title
    assert second.conditions["training_list_people"] == 2
    first = megaface_kit_task(small_trees.megaface)
    assert len(second.subsets[-1]) < len(first.subsets[-1])


def test_what_the_kit_lacks(small_trees: SmallTrees, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"json_1000_1: no such list"):
        megaface_kit_task(small_trees.megaface, sizes=[1000])
    with pytest.raises(DataError, match=r"no megaface_features_list\.json_SIZE_9"):
        megaface_kit_task(small_trees.megaface, list_number=9)
    with pytest.raises(DataError, match="not a folder"):
        megaface_kit_task(tmp_path / "absent")
    for name in ("facescrub_images", "megaface_images"):
        (tmp_path / name).symlink_to(small_trees.megaface / name)
    with pytest.raises(DataError, match="no templatelists and no megaface_lst"):
        megaface_kit_task(tmp_path)
    with pytest.raises(DataError, match="no templatelists/challenge2"):
        megaface_kit_task(tmp_path, challenge=2)
    (tmp_path / "megaface_lst").write_text((small_trees.megaface / "megaface_lst").read_text())
    task = megaface_kit_task(tmp_path, sizes=[5])
    assert task.conditions["lists"] == "megaface_lst"
    assert [len(rows) for rows in task.subsets] == [5]


def test_lists_and_folders_serve(small_trees: SmallTrees, tmp_path: Path) -> None:
    root = small_trees.megaface
    listed = root / "devkit" / "templatelists" / "facescrub_features_list.json"
    from_list = read_probes(listed, root=root / "facescrub_images")
    from_folder = read_probes(root / "facescrub_images")
    assert set(from_list.paths) == set(from_folder.paths)
    assert read_probes(root / "fgnet_images").people[0] == "001"
    noise = read_noise_list(root / "facescrub_noises.txt")
    assert len(read_probes(root / "facescrub_images", noise=noise)) == len(from_list) - 1
    crowd_list = read_distractors(root / "megaface_lst", root=root / "megaface_images")
    assert set(crowd_list) == set(read_distractors(root / "megaface_images"))
    with pytest.raises(DataError, match="neither a list nor a folder"):
        read_probes(tmp_path / "absent")
    everything = tmp_path / "noise.txt"
    everything.write_text("".join(f"{path.name}\n" for path in from_list.paths))
    with pytest.raises(DataError, match="every photograph is on the noise list"):
        read_probes(root / "facescrub_images", noise=read_noise_list(everything))
