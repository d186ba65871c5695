"""MegaFace: probes of known people, and distractors of which none shows them.

Kemelmacher-Shlizerman et al., The MegaFace Benchmark, CVPR 2016; Nech and
Kemelmacher-Shlizerman, Level Playing Field for Million Scale Face Recognition, CVPR 2017. The
lists are those of the development kit (``templatelists/``) and of InsightFace's test package.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from facemetric.datasets.labelled import LabelledPhotos
from facemetric.datasets.listing import inside, read_lines, read_text, require_files
from facemetric.datasets.noise import NoiseList
from facemetric.errors import DataError, InputError, SourceError

DISTRACTOR_SIZES = (10, 100, 1_000, 10_000, 100_000, 1_000_000)
"""Numbers of distractors for which the development kit has lists."""

_UNPACK = "Give the folder that the list's paths start from, with the whole set unpacked"
_SMALL_PHOTOS = 500_000


def read_megaface_probes(
    list_path: Path, root: Path, *, noise: NoiseList | None = None
) -> LabelledPhotos:
    """Read a probe list of the development kit: FaceScrub or FGNet.

    Parameters
    ----------
    list_path
        JSON with ``path`` and ``id`` (``facescrub_features_list.json``, also the uncropped one,
        ``fgnet_features_list.json``).
    root
        Folder that the paths start from.
    noise
        Photographs to leave out.

    Raises
    ------
    DataError
        The list is absent or has another form, a path occurs twice, a photograph is missing, or
        nobody is left with two photographs: a probe needs a mate.
    """
    content = _json(Path(list_path))
    names = _strings(content, "path", list_path)
    people = _strings(content, "id", list_path)
    if len(names) != len(people):
        raise DataError(
            f"expected an id for each of {len(names)} paths, got {len(people)}",
            item=str(list_path),
        )
    if any(not person for person in people):
        row = people.index("")
        raise DataError("expected an id, got nothing", item=f"{list_path}, id {row}")
    kept = _keep(names, list_path, noise)
    chosen = [names[row] for row in kept]
    require_files(Path(root), chosen, item=str(list_path), fix=_UNPACK)
    photos = LabelledPhotos(
        tuple(Path(root) / name for name in chosen), tuple(people[row] for row in kept)
    )
    if len(photos.names) == len(photos):
        raise DataError(
            f"none of {len(photos)} people has two photographs, and a probe needs a mate",
            item=str(list_path),
        )
    return photos


def read_megaface_distractors(
    list_path: Path, root: Path, *, noise: NoiseList | None = None
) -> tuple[Path, ...]:
    """Read a distractor list: JSON with ``path``, or text with a path a line.

    Both challenges have such lists: ``megaface_features_list.json_SIZE_SET``, challenge 2's inside
    ``challenge2/``. The text form is ``megaface_lst`` of InsightFace's package (with tabs, the
    second field is the path).

    Raises
    ------
    DataError
        The list is absent or has another form, a path occurs twice, or a photograph is missing.
    """
    list_path = Path(list_path)
    if ".json" in list_path.name:
        names = _strings(_json(list_path), "path", list_path)
    else:
        names = _listed(list_path)
    kept = [names[row] for row in _keep(names, list_path, noise)]
    require_files(Path(root), kept, item=str(list_path), fix=_UNPACK)
    return tuple(Path(root) / name for name in kept)


def distractor_list(folder: Path, size: int, *, number: int = 1) -> Path:
    """Return the path of the kit's list of ``size`` distractors, set ``number`` (from 1).

    Raises
    ------
    DataError
        There is no such list in ``folder``.
    """
    path = Path(folder) / f"megaface_features_list.json_{size}_{number}"
    if not path.is_file():
        raise DataError(
            "no such list",
            item=str(path),
            fix=f"The kit's templatelists/ has {', '.join(map(str, DISTRACTOR_SIZES))}",
        )
    return path


def find_distractors(
    sources: Sequence[str | Path], *, noise: NoiseList | None = None
) -> tuple[Path, ...]:
    """Return every photograph of some folders, to serve as distractors. Sorted by folder and name.

    None may show a person of the probes: that is the caller's to know.

    Raises
    ------
    DataError
        A folder is absent or holds no photographs, or all of them are on the noise list.
    """
    from facemetric.images import find_images

    try:
        found = list(find_images(sources))
    except SourceError as error:
        raise DataError(error.cause, item=error.item, fix=error.fix) from error
    if noise is not None:
        found = [path for path in found if path not in noise]
    if not found:
        raise DataError("every photograph is on the noise list", item=str(sources[0]))
    return tuple(found)


def read_megaface_training(list_path: Path, root: Path) -> LabelledPhotos:
    """Read a list of challenge 2's training photographs: ``identity/photo.jpg`` a line.

    The identity is the folder that the photograph lies in. With tabs, the second field is the
    path. Without a list, `read_identity_folders` reads the unpacked set.

    Raises
    ------
    DataError
        The list is absent, a line has another form, a path occurs twice, or a photograph is
        missing.
    """
    names = _listed(Path(list_path))
    for row, name in enumerate(names):
        if "/" not in name:
            raise DataError(
                f"expected identity/photo.jpg, got {name[:80]!r}", item=f"{list_path}, path {row}"
            )
    _keep(names, list_path, None)
    require_files(Path(root), names, item=str(list_path), fix=_UNPACK)
    return LabelledPhotos(
        tuple(Path(root) / name for name in names), tuple(name.split("/")[-2] for name in names)
    )


def training_size(photos: int) -> Literal["small", "large"]:
    """Return the protocol that a network belongs to: small below 500,000 training photographs.

    Raises
    ------
    InputError
        ``photos`` is negative.
    """
    if photos < 0:
        raise InputError(f"expected a number of photographs, got {photos}", item="photos")
    return "small" if photos < _SMALL_PHOTOS else "large"


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(read_text(path, what="the list"))
    except (ValueError, RecursionError) as error:
        raise DataError(f"not JSON: {error}", item=str(path)) from error
    if not isinstance(content, dict):
        raise DataError(
            f"expected an object with a list of paths, got {type(content).__name__}",
            item=str(path),
        )
    return content


def _strings(content: dict[str, Any], key: str, path: Path) -> list[str]:
    values = content.get(key)
    if not isinstance(values, list) or not values:
        raise DataError(f"expected a list {key!r} with something in it", item=str(path))
    for row, value in enumerate(values):
        if not isinstance(value, str):
            raise DataError(
                f"expected text, got {type(value).__name__}", item=f"{path}, {key} {row}"
            )
    if key != "path":
        return values
    return [inside(value, where=f"{path}, path {row}") for row, value in enumerate(values)]


def _listed(path: Path) -> list[str]:
    names = []
    for number, line in enumerate(read_lines(path, what="the list"), start=1):
        fields = line.split("\t")
        name = fields[1] if len(fields) > 1 else fields[0]
        names.append(inside(name.strip(), where=f"{path}, line {number}"))
    return names


def _keep(names: Sequence[str], path: Path, noise: NoiseList | None) -> list[int]:
    """Rows that are not noise; every name may occur once."""
    if len(set(names)) != len(names):
        seen: set[str] = set()
        for row, name in enumerate(names):
            if name in seen:
                raise DataError(f"{name} occurs twice", item=f"{path}, path {row}")
            seen.add(name)
    if noise is None:
        return list(range(len(names)))
    kept = [row for row, name in enumerate(names) if name not in noise]
    if not kept:
        raise DataError(f"every photograph is on the noise list {noise.source}", item=str(path))
    return kept
