"""IJB: templates pooled, compared and searched, against loops."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.datasets import BoxedPhoto, FaceTemplates, IjbProtocol
from facemetric.errors import DataError, InputError
from facemetric.evaluation import PROTOCOLS, Identification, Settings, Verification, evaluate
from facemetric.evaluation.intervals import (
    dir_interval,
    pairs_of_list,
    rank_interval,
    tar_intervals,
)
from facemetric.evaluation.metrics import dir_at_fpir, rank_k, search_outcomes, tar_at_far
from facemetric.evaluation.parts.gallery_means import measure_gallery_means
from facemetric.evaluation.protocols import IjbTask, ijb_task
from facemetric.evaluation.protocols.ijb import pool_templates, template_photos
from facemetric.evaluation.protocols.template_figures import template_scores
from facemetric.types import AnyArray, Float32
from layouts.small import SmallTrees

QUICK = Settings(replicates=100)


def unit(vectors: AnyArray) -> Float32:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    found: Float32 = (vectors / lengths).astype(np.float32)
    return found


def drawn(seed: int = 0, *, people: int = 12, probes_each: int = 4) -> IjbTask:
    """A protocol of one face a template: two galleries and all pairs of them with the probes."""
    rng = np.random.default_rng(seed)
    subjects = np.concatenate([np.arange(people), np.repeat(np.arange(people), probes_each)])
    count = len(subjects)
    templates = FaceTemplates(
        ids=np.arange(count),
        subjects=subjects,
        paths=tuple(Path(f"{row}.jpg") for row in range(count)),
        template=np.arange(count),
        media=np.arange(count),
        boxes_xyxy_px=np.tile([0.0, 0, 10, 10], (count, 1)),
        landmarks_px=np.full((count, 5, 2), np.nan),
    )
    probes = np.arange(people, count)
    pairs = np.array([(g, p) for g in range(people) for p in probes])
    pairs = pairs[rng.permutation(len(pairs))]
    same = subjects[pairs[:, 0]] == subjects[pairs[:, 1]]
    half = people // 2
    galleries = (np.arange(half), np.arange(half, people))
    ijb = IjbProtocol(templates, pairs, same, galleries, probes)
    photos = template_photos(templates)
    people_names = tuple(map(str, subjects.tolist()))
    return IjbTask(title="t", photos=photos, people=people_names, conditions={}, ijb=ijb)


def made_up(task: IjbTask, *, noise: float, seed: int = 0) -> Float32:
    rng = np.random.default_rng(seed)
    person = np.unique(np.array(task.people), return_inverse=True)[1]
    vectors = rng.normal(size=(person.max() + 1, 8))[person]
    return unit(vectors + noise * rng.normal(size=vectors.shape))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_pooling_against_loops(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(4, 30))
    template = np.concatenate([np.arange(4), rng.integers(0, 4, count - 4)])
    template = rng.permutation(template)
    # The same medium may be in two templates: there it is two.
    media = rng.integers(0, 5, count)
    vectors = unit(rng.normal(size=(count, 6)))
    pooled = pool_templates(vectors, template, media)
    for number in range(4):
        means = [
            np.mean(
                [
                    v
                    for v, t, m in zip(vectors, template, media, strict=True)
                    if (t, m) == (number, medium)
                ],
                axis=0,
            )
            for medium in sorted({m for t, m in zip(template, media, strict=True) if t == number})
        ]
        np.testing.assert_allclose(pooled[number], unit(np.mean(means, axis=0)), atol=1e-6)


def test_a_video_counts_as_much_as_a_still() -> None:
    vectors = np.array([[1, 0], [1, 0], [1, 0], [0, 1]], np.float32)
    pooled = pool_templates(vectors, np.zeros(4, np.int64), np.array([7, 7, 7, 9]))
    np.testing.assert_allclose(pooled, [[np.sqrt(0.5), np.sqrt(0.5)]], atol=1e-7)
    with pytest.raises(InputError, match="template 0: its faces cancel out"):
        pool_templates(np.array([[1, 0], [-1, 0]], np.float32), np.zeros(2, np.int64), np.arange(2))


def test_scores_of_pairs_in_any_order() -> None:
    rng = np.random.default_rng(0)
    pooled = unit(rng.normal(size=(300, 5)))
    for pairs in (rng.integers(0, 300, (2000, 2)), rng.integers(0, 300, (1, 2))):
        expected = [pooled[i] @ pooled[j] for i, j in pairs]
        np.testing.assert_allclose(template_scores(pooled, pairs), expected, atol=1e-6)


def test_verification_against_the_exact_figures() -> None:
    task = drawn()
    vectors = made_up(task, noise=1.0)
    chosen = Settings(replicates=100, fars=(0.1, 0.02))
    part = evaluate(task, lambda photos: (vectors, np.ones(len(photos), bool)), chosen).part("1:1")
    assert isinstance(part, Verification)
    pairs, same = task.ijb.pairs, task.ijb.same
    scores = template_scores(vectors, pairs).astype(np.float64)
    ends = task.ijb.templates.subjects[pairs]
    expected = tar_intervals(pairs_of_list(scores, same, ends), (0.1, 0.02), replicates=100)
    for far, interval in zip((0.1, 0.02), expected, strict=True):
        figure = part.figure(f"TAR at FAR {far:g}")
        assert figure.value == pytest.approx(tar_at_far(scores, same, far).tar)
        assert figure.interval is not None
        assert (figure.interval.low, figure.interval.high) == pytest.approx(
            (interval.low, interval.high)
        )
    assert part.counts["impostor pairs"] == (~same).sum()
    worst = part.false_accepts[0]
    assert worst.similarity == pytest.approx(scores[~same].max())
    assert part.false_rejects[0].similarity == pytest.approx(scores[same].min())
    beyond = evaluate(
        task,
        lambda photos: (vectors, np.ones(len(photos), bool)),
        Settings(replicates=100, fars=(1e-4,)),
    ).part("1:1")
    assert beyond.figures[0].value is None
    assert "needs 100,000 impostor pairs" in beyond.figures[0].note


def test_unknown_subjects_have_no_intervals() -> None:
    task = drawn()
    templates = replace(task.ijb.templates, subjects=np.full(len(task.ijb.templates), -1))
    ijb = IjbProtocol(templates, task.ijb.pairs, task.ijb.same, (), np.empty(0, np.int64))
    bare = replace(task, people=(), ijb=ijb)
    vectors = made_up(task, noise=1.0)
    (part,) = evaluate(bare, lambda photos: (vectors, np.ones(len(photos), bool)), QUICK).parts
    assert all(figure.interval is None for figure in part.figures)


def test_searches_of_both_galleries() -> None:
    task = drawn()
    vectors = made_up(task, noise=1.2)
    chosen = Settings(replicates=100, fpirs=(0.5,))
    result = evaluate(task, lambda photos: (vectors, np.ones(len(photos), bool)), chosen)
    subjects, probes = task.ijb.templates.subjects, task.ijb.probes
    found = [
        search_outcomes(vectors[probes] @ vectors[g].T, subjects[probes], subjects[g])
        for g in task.ijb.galleries
    ]
    mean = result.part("1:N, mean of both galleries")
    for rank in (1, 5):
        each = [rank_k(one, rank) for one in found]
        assert mean.figure(f"rank-{rank} identification").value == pytest.approx(np.mean(each))
        for number, value in enumerate(each, start=1):
            figure = result.part(f"1:N, gallery {number}").figure(f"rank-{rank} identification")
            assert figure.value == pytest.approx(value)
    expected = np.mean([dir_at_fpir(one, 0.5).dir for one in found])
    assert mean.figure("DIR at FPIR 0.5").value == pytest.approx(expected)
    assert isinstance(mean, Identification)
    assert len(mean.searches) == 2 * len(probes)
    assert mean.counts["probes without"] == len(probes)
    assert result.to_wire().model_dump_json()


def test_the_mean_of_a_gallery_with_itself_is_that_gallery() -> None:
    task = drawn()
    vectors = made_up(task, noise=1.2)
    subjects, probes, gallery = task.ijb.templates.subjects, task.ijb.probes, task.ijb.galleries[0]
    who = subjects[probes]
    one = search_outcomes(vectors[probes] @ vectors[gallery].T, who, subjects[gallery])
    chosen = Settings(replicates=200, fpirs=(0.5,), ranks=(1,))
    part = measure_gallery_means("m", [one, one], who, chosen, sizes=[len(gallery)] * 2)
    figure = part.figure("DIR at FPIR 0.5")
    expected = dir_interval(one, who, 0.5, replicates=200)
    assert figure.interval is not None
    assert (figure.value, figure.interval.low, figure.interval.high) == pytest.approx(
        (expected.estimate, expected.low, expected.high)
    )
    assert part.figure("rank-1 identification").value == pytest.approx(
        rank_interval(one, who, replicates=200).estimate
    )
    short = measure_gallery_means("m", [one, one], who, QUICK, sizes=[6, 6])
    assert short.figures[-1].value is None
    assert "probes without a mate in each gallery, one has 24" in short.figures[-1].note
    with pytest.raises(InputError, match="searches of each gallery"):
        measure_gallery_means("m", [one], who[:-1], QUICK, sizes=[6])


def test_photographs_with_boxes_and_landmarks() -> None:
    points = np.array([[[38.3, 51.7], [73.5, 51.5], [56.0, 71.7], [41.5, 92.4], [70.7, 92.2]]])
    templates = FaceTemplates(
        ids=np.array([1]),
        subjects=np.array([3]),
        paths=tuple(Path(name) for name in ("box.jpg", "points.jpg", "neither.jpg")),
        template=np.zeros(3, np.int64),
        media=np.arange(3),
        boxes_xyxy_px=np.array([[1.0, 2, 3, 4], *np.full((2, 4), np.nan)]),
        landmarks_px=np.concatenate(
            [np.full((1, 5, 2), np.nan), 2 * points + 10, np.full((1, 5, 2), np.nan)]
        ),
    )
    box, marked, neither = template_photos(templates)
    assert box == BoxedPhoto(Path("box.jpg"), (1, 2, 3, 4))
    assert neither == Path("neither.jpg")
    assert isinstance(marked, BoxedPhoto)
    # The detector's box about an arcface-112 chip, at twice the size and ten pixels on.
    np.testing.assert_allclose(marked.box_xyxy_px, [44, 32, 200, 244], atol=0.5)
    assert marked.landmarks_px is not None
    np.testing.assert_allclose(marked.landmarks_px, 2 * points[0] + 10)


@pytest.mark.parametrize("which", ["ijbb", "ijbc", "insightface_ijbc"])
def test_every_layout(small_trees: SmallTrees, which: str) -> None:
    root: Path = getattr(small_trees, which)
    task = ijb_task(root)
    assert type(PROTOCOLS["ijb"](root)) is IjbTask
    assert task.conditions["set"] == ("IJB-B" if which == "ijbb" else "IJB-C")
    assert task.conditions["layout"] == ("insightface" if "insightface" in which else "nist")
    assert len(task.photos) == len(task.people) == len(task.ijb.templates.paths)
    marks = {isinstance(one, BoxedPhoto) and one.landmarks_px is not None for one in task.photos}
    assert marks == {"insightface" in which}
    vectors = made_up(task, noise=0.3)
    found = np.ones(len(vectors), bool)
    found[task.ijb.templates.template == 0] = False
    parts = evaluate(task, lambda photos: (vectors, found), QUICK).parts
    names = [part.name for part in parts]
    assert names == ["1:1", "1:N, mean of both galleries", "1:N, gallery 1", "1:N, gallery 2"]
    assert "In 1 templates no face was found" in parts[0].notes[0]


def test_other_probes(small_trees: SmallTrees) -> None:
    task = ijb_task(small_trees.ijbc, probes="img")
    assert len(task.ijb.pairs) == 0
    vectors = made_up(task, noise=0.3)
    parts = evaluate(task, lambda photos: (vectors, np.ones(len(photos), bool)), QUICK).parts
    assert parts[0].name == "1:N, mean of both galleries"
    with pytest.raises(InputError, match="mixed probes only"):
        ijb_task(small_trees.insightface_ijbc, probes="img")


def test_wrong_folders(small_trees: SmallTrees, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"expected one of protocol/ijbb_1N_probe_mixed\.csv"):
        ijb_task(tmp_path)
    with pytest.raises(DataError, match="ijbb_1N_gallery_S1"):
        ijb_task(small_trees.ijbc, name="ijbb", layout="nist")
    both = tmp_path / "both"
    shutil.copytree(small_trees.ijbc, both, symlinks=True)
    shutil.copytree(small_trees.insightface_ijbc, both, symlinks=True, dirs_exist_ok=True)
    with pytest.raises(DataError, match="has several sets"):
        ijb_task(both)
    assert ijb_task(both, layout="nist").conditions["layout"] == "nist"
    labels = both / "meta" / "ijbc_template_pair_label.txt"
    lines = labels.read_text().splitlines()
    first, second, same = lines[0].split()
    labels.write_text("\n".join([f"{first} {second} {1 - int(same)}", *lines[1:]]))
    with pytest.raises(DataError, match="line 1: "):
        ijb_task(both, layout="insightface")
