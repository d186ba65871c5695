"""MegaFace's own files, found by their names in one folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from facemetric.datasets import (
    LabelledPhotos,
    NoiseList,
    distractor_list,
    find_distractors,
    read_fgnet,
    read_identity_folders,
    read_megaface_distractors,
    read_megaface_probes,
    read_megaface_training,
    read_noise_list,
    training_size,
)
from facemetric.errors import DataError, InputError
from facemetric.evaluation.protocols.megaface import MegafaceTask, megaface_task
from facemetric.evaluation.task import Condition

ProbeSet: TypeAlias = Literal["facescrub", "fgnet"]

_CITED = {
    1: "MegaFace challenge 1 (Kemelmacher-Shlizerman et al., CVPR 2016)",
    2: "MegaFace challenge 2 (Nech and Kemelmacher-Shlizerman, CVPR 2017)",
}
_SET_NAMES = {"facescrub": "FaceScrub", "fgnet": "FG-NET"}
_LISTS = ("devkit/templatelists", "templatelists")
_FIX = "Give a folder with devkit/templatelists and facescrub_images, megaface_images"


def megaface_kit_task(
    root: Path,
    *,
    probe_set: ProbeSet = "facescrub",
    challenge: Literal[1, 2] = 1,
    list_number: int = 1,
    sizes: Sequence[int] = (),
    use_noise: bool = True,
    training_photos: int | None = None,
    seed: int = 0,
) -> MegafaceTask:
    """Read MegaFace as its development kit, or InsightFace's package of it, lays it out.

    Parameters
    ----------
    root
        Folder with ``devkit/templatelists/`` (or ``templatelists/``, or InsightFace's
        ``megaface_lst``), ``facescrub_images/`` or ``fgnet_images/``, ``megaface_images/``, and
        ``facescrub_noises.txt``, ``megaface_noises.txt`` where they are wanted.
    probe_set
        Whose photographs are searched with.
    challenge
        2 takes the lists of ``templatelists/challenge2/``.
    list_number
        Which of the kit's random sets of each size, from 1.
    sizes
        Of the lists; by default all that there are. Without the kit's lists, of prefixes of one
        random order.
    use_noise
        Whether the noise lists apply, where there are any.
    training_photos
        How many the network was trained on: the small protocol or the large one.
    seed
        Of the random order.

    Raises
    ------
    DataError
        A list or folder is absent, or see `read_megaface_probes`, `read_megaface_distractors`.
    InputError
        See `megaface_task`, `training_size`.
    """
    root = Path(root)
    if not root.is_dir():
        raise DataError("not a folder", item=str(root), fix=_FIX)
    lists = next((root / name for name in _LISTS if (root / name).is_dir()), None)
    noise = _noise(root, f"{probe_set}_noises.txt", use_noise)
    crowd_noise = _noise(root, "megaface_noises.txt", use_noise)
    probes = _probes(root, lists, probe_set, noise)
    subsets: list[tuple[Path, ...]] = []
    crowd = root / "megaface_images"
    conditions: dict[str, Condition] = {
        "challenge": challenge,
        "probe_set": probe_set,
        "noise_lists": ", ".join(n.source.name for n in (noise, crowd_noise) if n) or "none",
        **_training(root, challenge, training_photos),
    }
    if lists is not None:
        folder = lists / "challenge2" if challenge == 2 else lists
        if sizes:
            paths = [distractor_list(folder, size, number=list_number) for size in sorted(sizes)]
        else:
            paths = _all_lists(folder, list_number)
        subsets = [read_megaface_distractors(one, crowd, noise=crowd_noise) for one in paths]
        conditions |= {"lists": ", ".join(path.name for path in paths)}
        distractors = tuple(dict.fromkeys(path for one in subsets for path in one))
    elif challenge == 2:
        raise DataError("no templatelists/challenge2 in it", item=str(root), fix=_FIX)
    elif (root / "megaface_lst").is_file():
        distractors = read_megaface_distractors(root / "megaface_lst", crowd, noise=crowd_noise)
        conditions |= {"lists": "megaface_lst"}
    else:
        raise DataError("no templatelists and no megaface_lst in it", item=str(root), fix=_FIX)
    return megaface_task(
        probes,
        distractors,
        subsets=subsets,
        sizes=() if subsets else sizes,
        seed=seed,
        title=f"{_CITED[challenge]}, {_SET_NAMES[probe_set]} probes",
        conditions=conditions,
    )


def read_probes(
    source: Path, *, root: Path | None = None, noise: NoiseList | None = None
) -> LabelledPhotos:
    """Read probes: a list of the development kit, people's folders, or FG-NET's folder.

    Parameters
    ----------
    source
        The list or the folder.
    root
        Folder that a list's paths start from; by default the one it lies in.
    noise
        Photographs to leave out.

    Raises
    ------
    DataError
        It is neither, or see the readers of each.
    """
    source = Path(source)
    if source.is_file():
        start = root if root is not None else source.parent
        return read_megaface_probes(source, start, noise=noise)
    if not source.is_dir():
        raise DataError(
            "neither a list nor a folder", item=str(source), fix="Give people's folders or a list"
        )
    if any(entry.is_dir() and not entry.name.startswith(".") for entry in source.iterdir()):
        photos = read_identity_folders(source)
    else:
        photos = read_fgnet(source).photos
    if noise is None:
        return photos
    kept = [row for row, path in enumerate(photos.paths) if path not in noise]
    if not kept:
        raise DataError("every photograph is on the noise list", item=str(source))
    return photos.take(kept)


def read_distractors(
    source: Path, *, root: Path | None = None, noise: NoiseList | None = None
) -> tuple[Path, ...]:
    """Read distractors: a list, or every photograph in a folder; parameters as `read_probes`.

    Raises
    ------
    DataError
        It is neither, or see `read_megaface_distractors`, `find_distractors`.
    """
    source = Path(source)
    if source.is_file():
        start = root if root is not None else source.parent
        return read_megaface_distractors(source, start, noise=noise)
    return find_distractors([source], noise=noise)


def training_condition(photos: int | None) -> dict[str, Condition]:
    """Return the protocol that a network belongs to by its training photographs."""
    if photos is None:
        return {}
    size = training_size(photos)
    return {"training_photos": photos, "training_protocol": size}


def _probes(
    root: Path, lists: Path | None, probe_set: ProbeSet, noise: NoiseList | None
) -> LabelledPhotos:
    images = root / f"{probe_set}_images"
    if lists is not None:
        return read_megaface_probes(lists / f"{probe_set}_features_list.json", images, noise=noise)
    return read_probes(images, noise=noise)


def _noise(root: Path, name: str, wanted: bool) -> NoiseList | None:
    return read_noise_list(root / name) if wanted and (root / name).is_file() else None


def _all_lists(folder: Path, number: int) -> list[Path]:
    """Return the lists of a set by rising size, and the largest of all, which has one set only."""
    if number < 1:
        raise InputError(f"expected a set from 1, got {number}", item="list_number")
    found = {}
    for path in sorted(folder.glob("megaface_features_list.json_*_*"), reverse=True):
        size, of_set = path.name.split("_")[-2:]
        if size.isdecimal() and of_set in (str(number), "1"):
            found[int(of_set), int(size)] = path
    mine = sorted(size for of_set, size in found if of_set == number)
    if not mine:
        raise DataError(
            f"no megaface_features_list.json_SIZE_{number} in it", item=str(folder), fix=_FIX
        )
    largest = max(size for _, size in found)
    paths = [found[number, size] for size in mine]
    return paths if largest == mine[-1] else [*paths, found[1, largest]]


def _training(root: Path, challenge: int, photos: int | None) -> dict[str, Condition]:
    stated = training_condition(photos)
    listed = root / "challenge2_lst"
    if challenge == 2 and listed.is_file():
        training = read_megaface_training(listed, root / "challenge2_images")
        stated |= {
            "training_list": listed.name,
            "training_list_photos": len(training),
            "training_list_people": len(training.names),
        }
    return stated
