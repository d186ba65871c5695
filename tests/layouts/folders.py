"""Plain folders of people: a watch-list task, one person's collection, and one with faults."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from .people import People, link, several
from .pictures import picture_without_face

BROKEN, NO_FACE, TWIN = "broken.jpg", "no-face.jpg", "twin.jpg"
"""Files that `build_faulty_folder` puts among the photographs."""


def build_identity_folders(root: Path, people: People) -> Path:
    """Write ``person/photo.jpg``."""
    for name, paths in people.items():
        for photo in paths:
            link(root / name / photo.name, photo)
    return root


def build_open_set(root: Path, people: People, *, most_enrolled: int = 3, seed: int = 0) -> Path:
    """Write ``gallery/person/`` and ``probes/person/``.

    Half of those with several photographs are enrolled, with at most ``most_enrolled`` and at
    least one left to search with. Everybody else is unknown.
    """
    rng = np.random.default_rng(seed)
    known = {str(n) for n in rng.permutation(sorted(several(people, 2)))[::2]}
    for name, paths in people.items():
        split = min(most_enrolled, len(paths) - 1) if name in known else 0
        for row, photo in enumerate(paths):
            link(root / ("gallery" if row < split else "probes") / name / photo.name, photo)
    return root


def build_personal_photos(root: Path, people: People, *, most_each: int = 30) -> Path:
    """Write one collection: a folder a person, at most ``most_each`` photographs in it."""
    chosen = {name: paths[:most_each] for name, paths in several(people, 2).items()}
    return build_identity_folders(root, chosen)


def build_faulty_folder(root: Path, people: People, *, seed: int = 0) -> Path:
    """Write folders of people with a broken file, one without a face and one photograph twice.

    ``BROKEN`` is half a JPEG, ``NO_FACE`` a flower; ``TWIN`` is a copy of a photograph of another
    person, which a check for leakage should find.
    """
    rng = np.random.default_rng(seed)
    build_identity_folders(root, people)
    first, second, third, fourth = (
        str(name) for name in rng.permutation(sorted(several(people, 2)))[:4]
    )
    whole = people[first][0].read_bytes()
    (root / first / BROKEN).write_bytes(whole[: len(whole) // 2])
    shutil.copyfile(picture_without_face(), root / second / NO_FACE)
    shutil.copyfile(people[third][0], root / fourth / TWIN)
    return root
