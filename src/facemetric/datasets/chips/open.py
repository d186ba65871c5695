"""One way in: what lies at a path decides how it is read."""

from __future__ import annotations

from pathlib import Path

from facemetric.datasets.chips.folders import open_identity_folders
from facemetric.datasets.chips.list_file import LIST_SUFFIXES, open_list_file
from facemetric.datasets.chips.rec import open_rec
from facemetric.datasets.chips.source import ChipSource
from facemetric.datasets.shards import ShardSource
from facemetric.errors import DataError

_KINDS = (
    "Expected a folder with a folder per person, a list "
    f"({', '.join(LIST_SUFFIXES)}), a .rec file, a .tar file, or a folder of .tar files"
)


def open_chips(path: str | Path) -> ChipSource:
    """Open pictures and their people, whatever form they are in.

    Parameters
    ----------
    path
        A folder with a folder per person; a list file (see `open_list_file`); a ``.rec`` file or
        the folder that holds it (see `open_rec`); a ``.tar`` file or a folder of such (what
        ``facemetric dataset`` writes).

    Raises
    ------
    DataError
        There is nothing at ``path``, it is of none of these forms, or it is damaged.
    """
    path = Path(path)
    if path.is_dir():
        return _open_folder(path)
    if not path.is_file():
        raise DataError("no such file or folder", item=str(path), fix=_KINDS)
    suffix = path.suffix.lower()
    if suffix in LIST_SUFFIXES:
        return open_list_file(path)
    if suffix == ".rec":
        return open_rec(path)
    if suffix == ".tar":
        return ShardSource(path)
    raise DataError(
        f"cannot be told by the suffix {suffix!r}",
        item=str(path),
        fix="Give the .rec file beside it" if suffix == ".idx" else _KINDS,
    )


def _open_folder(path: Path) -> ChipSource:
    if any(path.glob("*.tar")):
        return ShardSource(path)
    records = sorted(path.glob("*.rec"))
    if len(records) > 1:
        raise DataError(
            f"holds {len(records)} .rec files", item=str(path), fix="Name the one to open"
        )
    return open_rec(records[0]) if records else open_identity_folders(path)
