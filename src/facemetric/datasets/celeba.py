"""Two research subsets of CelebA that share one space of identity numbers.

They overlap in people and in files, so a system must never be trained on one and calibrated on
the other; `read_celeba` merges them.
"""

from __future__ import annotations

from pathlib import Path

from facemetric.datasets.labelled import LabelledPhotos, read_identity_folders
from facemetric.errors import DataError


def read_celeba10k(root: Path) -> LabelledPhotos:
    """Read ``celeba10k/``: 89x109 photographs and ``identities.txt`` (``file identity`` lines).

    Raises
    ------
    DataError
        A line has another form, a file occurs twice, or a named photograph is missing.
    """
    path = Path(root) / "identities.txt"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"the identity list cannot be read: {error}", item=str(path)) from error
    person_of: dict[str, str] = {}
    present = {entry.name for entry in Path(root).iterdir()}
    for number, line in enumerate(lines, start=1):
        fields = line.split()
        where = f"{path}, line {number}"
        if len(fields) != 2 or not fields[1].isdecimal():
            raise DataError(f"expected a file name and a number, got {line[:80]!r}", item=where)
        if fields[0] in person_of:
            raise DataError(f"{fields[0]} occurs twice", item=where)
        if fields[0] not in present:
            raise DataError(f"{fields[0]} is missing from the folder", item=where)
        person_of[fields[0]] = str(int(fields[1]))
    names = sorted(person_of)
    return LabelledPhotos(
        tuple(Path(root) / name for name in names), tuple(person_of[name] for name in names)
    )


def read_celeba299(root: Path) -> LabelledPhotos:
    """Read ``celeba299/``: 128x128 photographs, a folder per identity (``01234`` is ``1234``).

    Raises
    ------
    DataError
        The folder is laid out differently, or a folder's name is not a number.
    """
    photos = read_identity_folders(root)
    wrong = next((name for name in photos.people if not name.isdecimal()), None)
    if wrong is not None:
        raise DataError("expected an identity number", item=str(Path(root) / wrong))
    return LabelledPhotos(photos.paths, tuple(str(int(name)) for name in photos.people))


def read_celeba(root: Path) -> LabelledPhotos:
    """Read both subsets of a data folder as one collection, each file name once.

    Where both have a file, the 128x128 version is taken. Sorted by file name.

    Raises
    ------
    DataError
        A subset is absent or malformed, or the two give one file to different people.
    """
    merged: dict[str, tuple[Path, str]] = {}
    for photos in (
        read_celeba299(Path(root) / "celeba299"),
        read_celeba10k(Path(root) / "celeba10k"),
    ):
        for path, person in zip(photos.paths, photos.people, strict=True):
            before = merged.setdefault(path.name, (path, person))
            if before[1] != person:
                raise DataError(
                    f"shows {before[1]} in one subset and {person} in the other", item=str(path)
                )
    kept = [merged[name] for name in sorted(merged)]
    return LabelledPhotos(tuple(path for path, _ in kept), tuple(person for _, person in kept))
