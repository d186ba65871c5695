"""MegaFace, as InsightFace's test package unpacks, with the development kit inside; FG-NET."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .people import People, link
from .pictures import read_picture, write_picture


def build_megaface(
    root: Path,
    probes: People,
    distractors: People,
    *,
    sizes: Sequence[int],
    sets: int = 2,
    wrong_probes: Sequence[Path] = (),
    wrong_distractors: Sequence[Path] = (),
    fgnet: People | None = None,
    training: People | None = None,
    seed: int = 0,
) -> Path:
    """Write probes, distractors and the lists of both challenges.

    ``devkit/templatelists/`` has the probe lists and ``megaface_features_list.json_SIZE_SET``,
    ``challenge2/`` inside it those of challenge 2; beside it ``facescrub_lst``, ``megaface_lst``
    and the noise lists. Sizes above the number of distractors are left out; all of them make one
    more list. ``wrong_…`` go into the noise lists. Challenge 2's training photographs are in
    ``challenge2_images/``, their list is ``challenge2_lst``; its distractors show none of them.
    """
    rng = np.random.default_rng(seed)
    lists = root / "devkit" / "templatelists"
    (lists / "challenge2").mkdir(parents=True, exist_ok=True)
    place_of: dict[Path, str] = {}
    people: list[str] = []
    for name, paths in probes.items():
        for shot, photo in enumerate(paths, start=1):
            place_of[photo] = f"{name}/{name}_{shot}.jpg"
            people.append(name)
            link(root / "facescrub_images" / place_of[photo], photo)
    names = list(place_of.values())
    _json(lists / "facescrub_features_list.json", {"path": names, "id": people})
    _text(root / "facescrub_lst", names)
    _text(root / "facescrub_noises.txt", [Path(place_of[photo]).name for photo in wrong_probes])

    crowd = _crowd(root, distractors, place_of)
    _text(root / "megaface_lst", crowd)
    _text(root / "megaface_noises.txt", [f"1\t{place_of[photo]}" for photo in wrong_distractors])
    _size_lists(lists, crowd, sizes, sets, rng)
    if training is not None:
        shown = [f"{name}/{photo.stem}.jpg" for name, paths in training.items() for photo in paths]
        photos = [photo for paths in training.values() for photo in paths]
        for name, photo in zip(shown, photos, strict=True):
            link(root / "challenge2_images" / name, photo)
        _text(root / "challenge2_lst", shown)
        known = {place_of.get(photo) for photo in photos}
        rest = [name for name in crowd if name not in known]
        _size_lists(lists / "challenge2", rest, sizes, sets, rng)
    if fgnet is not None:
        build_fgnet(root / "fgnet_images", fgnet, seed=seed)
        files = sorted((root / "fgnet_images").iterdir())
        content = {"path": [f.name for f in files], "id": [f.name[:3] for f in files]}
        _json(lists / "fgnet_features_list.json", content)
    return root


def build_fgnet(folder: Path, people: People, *, seed: int = 0) -> Path:
    """Write ``001A02.JPG`` …; the ages are made up, ascending in the order of the photographs."""
    rng = np.random.default_rng(seed)
    for number, name in enumerate(people, start=1):
        ages = np.sort(rng.choice(70, len(people[name]), replace=False))
        for photo, age in zip(people[name], ages, strict=True):
            path = folder / f"{number:03d}A{age:02d}.JPG"
            if photo.suffix.lower() in (".jpg", ".jpeg"):
                link(path, photo)
            else:
                write_picture(path, read_picture(photo), jpeg_quality=95)
    return folder


def _crowd(root: Path, distractors: People, place_of: dict[Path, str]) -> list[str]:
    """Flickr's form, ``album/user@N00/photo_face.jpg``: a user is a person here."""
    crowd = []
    for number, name in enumerate(sorted(distractors)):
        user = f"{number % 1000:03d}/{10_000_000 + number}@N00"
        for face, photo in enumerate(distractors[name], start=1):
            place = f"{user}/{200_000_000 + number}_{face}.jpg"
            place_of[photo] = place
            link(root / "megaface_images" / place, photo)
            crowd.append(place)
    return crowd


def _size_lists(
    folder: Path, names: list[str], sizes: Sequence[int], sets: int, rng: np.random.Generator
) -> None:
    _json(folder / f"megaface_features_list.json_{len(names)}_1", {"path": names})
    for size in sizes:
        for number in range(1, sets + 1):
            if size < len(names):
                drawn = [names[row] for row in np.sort(rng.permutation(len(names))[:size])]
                path = folder / f"megaface_features_list.json_{size}_{number}"
                _json(path, {"path": drawn})


def _json(path: Path, content: dict[str, list[str]]) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def _text(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
