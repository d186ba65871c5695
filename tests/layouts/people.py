"""Whose photographs a tree is made from: LFW where it is, else those that packages ship."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np

from facemetric.datasets import SamplePhoto, sample_photos

from .pictures import jitter, read_picture, write_picture

People: TypeAlias = Mapping[str, Sequence[Path]]
"""Photographs by name of the person, both sorted."""

SMALL_SEVERAL, SMALL_EACH, SMALL_SINGLE = 8, 6, 12
_LONGER_SIDE_PX = 320
_FEWEST = 2


def lfw_people(lfw: Path) -> People:
    """Everybody in LFW."""
    return {
        folder.name: sorted(folder.glob("*.jpg"))
        for folder in sorted(lfw.iterdir())
        if folder.is_dir()
    }


def some(people: People, *, several: int, each: int, single: int, seed: int = 0) -> People:
    """Draw ``several`` people with ``each`` photographs and ``single`` with one alone."""
    rng = np.random.default_rng(seed)
    many = [name for name in sorted(people) if len(people[name]) >= each]
    one = [name for name in sorted(people) if len(people[name]) == 1]
    chosen = [*rng.permutation(many)[:several], *rng.permutation(one)[:single]]
    return {str(name): list(people[name])[:each] for name in sorted(chosen)}


def small_lfw_people(lfw: Path) -> People:
    """A few people of LFW."""
    return some(lfw_people(lfw), several=SMALL_SEVERAL, each=SMALL_EACH, single=SMALL_SINGLE)


def packaged_people(samples: Path, target: Path, *, seed: int = 0) -> People:
    """Write as many "people" as `small_lfw_people` gives, from photographs that packages ship.

    They show two people, or four where the fetched ones are in ``samples``. The others are these
    again, mirrored and in other tones: enough for readers, but no strangers to a network.
    """
    photos = [p for p in sample_photos(samples, missing_ok=True) if not p.partial]
    by_name: dict[str, list[SamplePhoto]] = {}
    for photo in photos:
        by_name.setdefault(photo.people[0].replace(" ", "_"), []).append(photo)
    if len(by_name) < _FEWEST:
        raise FileNotFoundError(f"photographs of {_FEWEST} people are wanted, got {len(by_name)}")
    rng = np.random.default_rng(seed)
    pixels = {p.path: read_picture(p.path, longer_side_px=_LONGER_SIDE_PX) for p in photos}
    people: dict[str, list[Path]] = {}
    for number in range(SMALL_SEVERAL + SMALL_SINGLE):
        real = sorted(by_name)[number % len(by_name)]
        variant = number // len(by_name)
        name = real if variant == 0 else f"{real}_{variant + 1}"
        count = SMALL_EACH if number < SMALL_SEVERAL else 1
        for shot in range(count):
            source = pixels[by_name[real][shot % len(by_name[real])].path]
            path = target / name / f"{name}_{shot + 1:04d}.jpg"
            write_picture(path, jitter(_disguise(source, variant), rng))
            people.setdefault(name, []).append(path)
    return {name: people[name] for name in sorted(people)}


def several(people: People, least: int) -> People:
    """Those with at least ``least`` photographs."""
    return {name: paths for name, paths in people.items() if len(paths) >= least}


def link(path: Path, photo: Path) -> None:
    """Put a photograph into a tree without copying it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(photo.absolute())


def _disguise(picture: np.ndarray, variant: int) -> np.ndarray:
    if variant % 2:
        picture = picture[:, ::-1]
    tone = variant // 2
    if tone == 0:
        return picture
    levels = np.arange(256) / 255
    curve = (255 * levels ** (0.6 + 0.3 * tone)).astype(np.uint8)
    return cv2.LUT(np.ascontiguousarray(picture), curve)
