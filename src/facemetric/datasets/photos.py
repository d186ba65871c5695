"""Photographs of people that Python packages ship under free licences, for demos and tests."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from facemetric.errors import DataError

_PUBLIC_DOMAIN = "public domain (work of the US federal government)"
SDIST = "face_recognition 1.3.0, tests/test_images"
_INSTALL = 'Install the packages that ship them: pip install "facemetric[demo]"'
_FETCH = "Fetch them once: facemetric demo --fetch, or make samples in a checkout"


@dataclass(frozen=True, slots=True)
class SamplePhoto:
    """A photograph that may be used freely, and who is in it.

    Attributes
    ----------
    path
        The file.
    people
        The names of the people whose faces can be recognised in it.
    licence
        Terms under which the package's publisher ships it.
    source
        Package and place inside it.
    partial
        Whether the image's border cuts the face.
    """

    path: Path
    people: tuple[str, ...]
    licence: str
    source: str
    partial: bool = False


@dataclass(frozen=True, slots=True)
class _Packaged:
    package: str
    inside: str
    person: str


@dataclass(frozen=True, slots=True)
class FetchedPhoto:
    """A member of the source distribution, pinned by size and hash."""

    name: str
    size_bytes: int
    sha256: str
    person: str
    partial: bool = False


_PACKAGED = (
    _Packaged("matplotlib", "mpl-data/sample_data/grace_hopper.jpg", "Grace Hopper"),
    _Packaged("skimage", "data/astronaut.png", "Eileen Collins"),
)

FETCHED = (
    FetchedPhoto(
        "obama.jpg",
        279922,
        "0930e3aa8cae5920329c0c8cbc6a2ab70f47b0e67b432875beaa95cbf7e741f6",
        "Barack Obama",
    ),
    FetchedPhoto(
        "obama2.jpg",
        184455,
        "a7efcc907375274796f39646510704aa86672d59f6d5469d69af3c85590976a6",
        "Barack Obama",
    ),
    FetchedPhoto(
        "obama3.jpg",
        595944,
        "76ac6bf97c36dc2da0ad16a537d6a5ac1b10f48d49aac29a0cca9a17cdbc3ca3",
        "Barack Obama",
    ),
    FetchedPhoto(
        "obama_partial_face.jpg",
        423060,
        "c2d1f09e7ef3042352b41e41286e6eb0522f64f88308be13886991b95db52117",
        "Barack Obama",
        partial=True,
    ),
    FetchedPhoto(
        "obama_partial_face2.jpg",
        478346,
        "9a812347f97633542b8cd9992de22def11b74f79d82056bc3ee830f13878e028",
        "Barack Obama",
        partial=True,
    ),
    FetchedPhoto(
        "biden.jpg",
        353723,
        "3c17508bb91554c637a2eabddfae790e5bb1caba93130814fc2ac50be9760c4c",
        "Joe Biden",
    ),
)


def samples_folder() -> Path:
    """Return where fetched photographs lie.

    ``FACEMETRIC_SAMPLES``, else ``samples`` in the user's data folder.
    """
    named = os.environ.get("FACEMETRIC_SAMPLES")
    if named:
        return Path(named)
    from facemetric.bundle.folders import data_folder

    return data_folder() / "samples"


def sample_photos(
    folder: Path | None = None, *, missing_ok: bool = False
) -> tuple[SamplePhoto, ...]:
    """Return the sample photographs, those of installed packages first.

    Nothing is fetched and no package is imported; see `fetch_samples`.

    Parameters
    ----------
    folder
        Where `fetch_samples` put them; ``None`` for `samples_folder`.
    missing_ok
        Leave out what is absent, where otherwise an error names it.

    Raises
    ------
    DataError
        A photograph is absent.
    """
    folder = samples_folder() if folder is None else Path(folder)
    packaged = [(item, _locate(item)) for item in _PACKAGED]
    absent_packages = [item.package for item, path in packaged if path is None]
    fetched = [(item, folder / item.name) for item in FETCHED]
    absent_files = [item.name for item, path in fetched if not path.is_file()]
    if not missing_ok and absent_packages:
        raise DataError(
            f"sample photographs of {' and '.join(absent_packages)} are absent", fix=_INSTALL
        )
    if not missing_ok and absent_files:
        raise DataError(
            f"sample photographs are absent: {', '.join(absent_files)}",
            item=str(folder),
            fix=_FETCH,
        )
    return (
        *(
            SamplePhoto(path, (item.person,), _PUBLIC_DOMAIN, f"{item.package}/{item.inside}")
            for item, path in packaged
            if path is not None
        ),
        *(
            SamplePhoto(path, (item.person,), "MIT", SDIST, item.partial)
            for item, path in fetched
            if path.is_file()
        ),
    )


def _locate(item: _Packaged) -> Path | None:
    """Find a file inside an installed package without importing the package."""
    spec = find_spec(item.package)
    for root in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(root) / item.inside
        if path.is_file():
            return path
    return None
