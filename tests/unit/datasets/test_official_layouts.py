"""The readers on trees in the owners' layouts, made from photographs at hand."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from facemetric.datasets import (
    distractor_list,
    find_distractors,
    read_bin_pairs,
    read_cfp_pairs,
    read_fgnet,
    read_identity_folders,
    read_ijb,
    read_insightface_ijb,
    read_megaface_distractors,
    read_megaface_probes,
    read_megaface_training,
    read_noise_list,
    read_open_set,
    read_youtube_faces,
)
from facemetric.errors import ImageError
from facemetric.images import load_image
from layouts.cfp import build_cfp
from layouts.folders import BROKEN, NO_FACE, TWIN
from layouts.people import several
from layouts.small import (
    BIN_PAIRS,
    CFP_PAIRS,
    FOLDS,
    YTF_PAIRS,
    SmallTrees,
    build_small_trees,
)


def balanced(same: np.ndarray, fold: np.ndarray, each: int) -> bool:
    counts = [
        [int((same[fold == f] == kind).sum()) for kind in (True, False)] for f in range(FOLDS)
    ]
    return counts == [[each, each]] * FOLDS


def people_apart(people: tuple[str, ...], pairs: np.ndarray, fold: np.ndarray) -> bool:
    sets = [{people[row] for row in pairs[fold == f].ravel()} for f in range(FOLDS)]
    return not set.intersection(*sets)


@pytest.mark.parametrize("protocol", ["FF", "FP"])
def test_cfp(trees: SmallTrees, protocol: str) -> None:
    read = read_cfp_pairs(trees.cfp, protocol)  # type: ignore[arg-type]
    names = (trees.cfp / "Data/list_name.txt").read_text().split()
    assert len(names) == len(several(trees.people, 6)) == 8
    assert balanced(read.same, read.fold, CFP_PAIRS)
    assert people_apart(read.people, read.pairs, read.fold)
    assert set(read.people) <= {f"{number:03d}" for number in range(1, 9)}
    poses = {read.paths[row].parent.name for row in read.pairs[:, 1]}
    assert poses == {"frontal" if protocol == "FF" else "profile"}
    assert {read.paths[row].parent.name for row in read.pairs[:, 0]} == {"frontal"}
    for path, person in zip(read.paths, read.people, strict=True):
        name = names[int(person) - 1]
        place = path.resolve() if path.is_symlink() else path
        assert place in [photo.resolve() for photo in trees.people[name]]


def test_cfp_profiles_are_the_last_of_a_person(trees: SmallTrees) -> None:
    first = sorted(several(trees.people, 6))[0]
    folder = trees.cfp / "Data/Images/001"
    shown = [folder / f"frontal/{n:02d}.jpg" for n in (1, 2, 3, 4)]
    shown += [folder / f"profile/{n:02d}.jpg" for n in (1, 2)]
    assert [p.resolve() for p in shown] == [p.resolve() for p in trees.people[first]]
    assert len(list(folder.rglob("*.jpg"))) == 6


def test_youtube_faces(trees: SmallTrees) -> None:
    read = read_youtube_faces(trees.youtube_faces)
    assert balanced(read.same, read.fold, YTF_PAIRS)
    assert people_apart(read.people, read.pairs, read.fold)
    assert set(read.people) <= set(several(trees.people, 4))
    assert all(2 <= len(frames) <= 4 for frames in read.frames)
    one = read_youtube_faces(trees.youtube_faces, frames=1)
    assert [frames[0] for frames in read.frames] == [frames[0] for frames in one.frames]
    assert (
        load_image(read.frames[0][0]).size_px == load_image(trees.people[read.people[0]][0]).size_px
    )
    lines = (trees.youtube_faces / "splits.txt").read_text().splitlines()
    assert len(lines) == 1 + 2 * FOLDS * YTF_PAIRS
    _, _, *videos, same = (field.strip() for field in lines[1].split(","))
    assert [read.names[row] for row in read.pairs[0]] == videos
    assert read.same[0] == (same == "1")


def test_bin(trees: SmallTrees) -> None:
    read = read_bin_pairs(trees.bin_file, folds=FOLDS)
    assert len(read) == len(trees.pairs) == 2 * FOLDS * BIN_PAIRS
    assert read.same.tolist() == [same for _, _, same in trees.pairs]
    assert np.bincount(read.fold).tolist() == [2 * BIN_PAIRS] * FOLDS
    assert len(read.images) == 2 * len(read)
    pictures = {
        cv2.imdecode(np.frombuffer(i, np.uint8), cv2.IMREAD_COLOR).shape for i in read.images
    }
    assert pictures == {(112, 112, 3)}
    # A photograph of two pairs gives the same bytes in both.
    photos = [photo for pair in trees.pairs for photo in pair[:2]]
    content = dict(zip(photos, read.images, strict=True))
    assert read.images == tuple(content[photo] for photo in photos)


def test_megaface_probes_and_noise(trees: SmallTrees) -> None:
    lists = trees.megaface / "devkit" / "templatelists"
    images = trees.megaface / "facescrub_images"
    names = sorted(several(trees.people, 2))[:4]
    read = read_megaface_probes(lists / "facescrub_features_list.json", images)
    assert read.people == tuple(np.repeat(names, 6))
    assert read.paths[0] == images / names[0] / f"{names[0]}_1.jpg"
    assert [p.resolve() for p in read.paths[:6]] == [p.resolve() for p in trees.people[names[0]]]
    noise = read_noise_list(trees.megaface / "facescrub_noises.txt")
    clean = read_megaface_probes(lists / "facescrub_features_list.json", images, noise=noise)
    assert clean.paths == read.paths[1:]


def test_megaface_distractors(trees: SmallTrees) -> None:
    lists = trees.megaface / "devkit" / "templatelists"
    images = trees.megaface / "megaface_images"
    everybody = read_megaface_distractors(trees.megaface / "megaface_lst", images)
    assert len(everybody) == 4 * 6 + 12
    assert set(everybody) == set(find_distractors([images]))
    assert read_megaface_distractors(distractor_list(lists, 36), images) == everybody
    sets = [read_megaface_distractors(distractor_list(lists, 10, number=n), images) for n in (1, 2)]
    assert [len(set(drawn)) for drawn in sets] == [10, 10]
    assert sets[0] != sets[1]
    assert not (lists / "megaface_features_list.json_100_1").exists()
    noise = read_noise_list(trees.megaface / "megaface_noises.txt")
    kept = read_megaface_distractors(trees.megaface / "megaface_lst", images, noise=noise)
    assert len(kept) == len(everybody) - 1
    assert kept == tuple(path for path in everybody if path not in noise)


def test_megaface_challenge_2(trees: SmallTrees) -> None:
    training = read_megaface_training(
        trees.megaface / "challenge2_lst", trees.megaface / "challenge2_images"
    )
    names = tuple(sorted(several(trees.people, 2))[4:6])
    assert training.names == names
    assert len(training) == 12
    folder = trees.megaface / "devkit" / "templatelists" / "challenge2"
    images = trees.megaface / "megaface_images"
    rest = read_megaface_distractors(distractor_list(folder, 24), images)
    shown = {photo.resolve() for photo in training.paths}
    assert not shown & {photo.resolve() for photo in rest}
    assert read_identity_folders(trees.megaface / "challenge2_images").names == names


def test_fgnet(trees: SmallTrees) -> None:
    folder = trees.megaface / "fgnet_images"
    read = read_fgnet(folder)
    assert read.photos.people == tuple(np.repeat([f"{n:03d}" for n in range(1, 9)], 3))
    assert all((np.diff(ages) > 0).all() for ages in read.age_years.reshape(8, 3))
    first = sorted(several(trees.people, 2))[0]
    assert read.photos.paths[0].suffix == ".JPG"
    assert read.photos.paths[0].resolve() == trees.people[first][0].resolve()
    path = trees.megaface / "devkit/templatelists/fgnet_features_list.json"
    probes = read_megaface_probes(path, folder)
    assert probes.paths == read.photos.paths
    assert probes.people == read.photos.people
    assert set(json.loads(path.read_text())) == {"path", "id"}


@pytest.mark.parametrize("name", ["IJB-B", "IJB-C"])
def test_ijb(trees: SmallTrees, name: str) -> None:
    root = trees.ijbb if name == "IJB-B" else trees.ijbc
    read = read_ijb(root, name)  # type: ignore[arg-type]
    drawn = trees.templates
    expected = {t.number: t for t in drawn.templates}
    templates = read.templates
    assert templates.ids.tolist() == sorted(expected)
    assert len(templates.paths) == sum(len(t.shots) for t in drawn.templates)
    assert len({t.subject for t in drawn.templates}) == len(several(trees.people, 3))
    for row, number in enumerate(templates.ids.tolist()):
        assert templates.subjects[row] == expected[number].subject
        faces = np.flatnonzero(templates.template == row)
        assert templates.media[faces].tolist() == [s.medium for s in expected[number].shots]
        assert [templates.paths[face].name for face in faces] == [
            Path(s.name).name for s in expected[number].shots
        ]
    galleries = [[t.number for t in gallery] for gallery in drawn.galleries]
    assert [templates.ids[rows].tolist() for rows in read.galleries] == [
        sorted(numbers) for numbers in galleries
    ]
    assert templates.ids[read.probes].tolist() == sorted(t.number for t in drawn.probes)
    assert len(read) == sum(map(len, galleries)) * len(drawn.probes)
    assert int(read.same.sum()) == len(drawn.probes)  # one mate each
    first, second = next(iter(drawn.matches))
    assert templates.ids[read.pairs[0]].tolist() == [first.number, second.number]
    width, height = load_image(templates.paths[0]).size_px
    half = min(width, height) / 4
    box = [width / 2 - half, height / 2 - half, width / 2 + half, height / 2 + half]
    np.testing.assert_allclose(templates.boxes_xyxy_px[0], box, atol=0.11)
    assert np.isnan(templates.landmarks_px).all()


def test_ijb_probes_of_a_kind(trees: SmallTrees) -> None:
    videos = read_ijb(trees.ijbc, "IJB-C", probes="video")
    stills = read_ijb(trees.ijbc, "IJB-C", probes="img")
    assert len(videos.probes) + len(stills.probes) == len(trees.templates.probes)
    assert (len(videos), len(stills)) == (0, 0)
    frames = [path for path in videos.templates.paths if path.parent.name == "frames"]
    assert frames
    assert len(frames) % 3 == 0
    assert all(path.suffix == ".png" and not path.is_symlink() for path in frames)
    assert not any(path.parent.name == "frames" for path in stills.templates.paths)


def test_insightface_ijb(trees: SmallTrees) -> None:
    read = read_insightface_ijb(trees.insightface_ijbc, "IJB-C")
    official = read_ijb(trees.ijbc, "IJB-C")
    for name in ("ids", "subjects"):
        np.testing.assert_array_equal(
            getattr(read.templates, name), getattr(official.templates, name)
        )
    np.testing.assert_array_equal(read.templates.media, official.templates.media)
    np.testing.assert_array_equal(read.templates.template, official.templates.template)
    np.testing.assert_array_equal(read.pairs, official.pairs)
    np.testing.assert_array_equal(read.same, official.same)
    for mine, other in zip(read.galleries, official.galleries, strict=True):
        np.testing.assert_array_equal(mine, other)
    assert [path.name for path in read.templates.paths[:2]] == ["1.jpg", "2.jpg"]
    assert np.isfinite(read.templates.landmarks_px).all()
    middles = read.templates.landmarks_px.mean(axis=1)
    boxes = official.templates.boxes_xyxy_px
    assert ((middles > boxes[:, :2]) & (middles < boxes[:, 2:])).all()
    bare = read_insightface_ijb(trees.insightface_ijbc, "IJB-C", search=False)
    assert (bare.galleries, len(bare)) == ((), len(read))


def test_open_set(trees: SmallTrees) -> None:
    read = read_open_set(trees.open_set)
    assert len(read.gallery.names) == 4
    assert (len(read.gallery), len(read.mated)) == (4 * 3, 4 * 3)
    assert read.mated.names == read.gallery.names
    assert len(read.non_mated) == 4 * 6 + 12
    assert len(read.non_mated.names) == 4 + 12


def test_folders_of_people(trees: SmallTrees) -> None:
    personal = read_identity_folders(trees.personal_photos)
    assert personal.names == tuple(sorted(several(trees.people, 2)))
    assert len(personal) == 8 * 4
    assert len(read_identity_folders(trees.people_folder)) == 8 * 6 + 12


def test_faulty_folder(trees: SmallTrees) -> None:
    read = read_identity_folders(trees.faulty_folder)
    assert len(read) == 8 * 6 + 3
    found = {path.name: path for path in read.paths}
    with pytest.raises(ImageError):
        load_image(found[BROKEN])
    assert load_image(found[NO_FACE]).size_px == (640, 427)
    twins = [path for path in read.paths if path.read_bytes() == found[TWIN].read_bytes()]
    assert len(twins) == 2
    assert len({path.parent.name for path in twins}) == 2


def test_the_same_seed_builds_the_same(packaged_trees: SmallTrees, tmp_path: Path) -> None:
    again = build_small_trees(tmp_path, packaged_trees.people)
    for name in ("cfp", "youtube_faces", "megaface", "ijbc", "insightface_ijbc", "open_set"):
        assert content(getattr(again, name)) == content(getattr(packaged_trees, name))
    people = packaged_trees.people
    first, other = (
        build_cfp(tmp_path / str(seed), people, folds=FOLDS, pairs_each=CFP_PAIRS, seed=seed)
        for seed in (0, 1)
    )
    assert content(first) == content(packaged_trees.cfp)
    assert content(other) != content(first)


def content(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}
