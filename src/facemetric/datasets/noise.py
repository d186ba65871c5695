"""Lists of photographs that show someone else than they are said to: left out of an evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath

from facemetric.datasets.labelled import PHOTO_SUFFIXES
from facemetric.datasets.listing import inside, read_text


@dataclass(frozen=True)
class NoiseList:
    """The photographs of a noise list, by the ends of their paths.

    Attributes
    ----------
    source
        The file.
    entries
        Path ends without suffix, spaces as underscores: the releases of a set differ in both.
    """

    source: Path
    entries: frozenset[tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.entries)

    def __contains__(self, path: object) -> bool:
        """Return whether the end of ``path``, text with slashes or a `Path`, is an entry."""
        if not isinstance(path, str | PurePath):
            return False
        parts = _parts(path if isinstance(path, str) else path.as_posix())
        return any(parts[-length:] in self.entries for length in self._lengths)

    @cached_property
    def _lengths(self) -> list[int]:
        return sorted({len(entry) for entry in self.entries})


def read_noise_list(path: Path) -> NoiseList:
    """Read a noise list such as InsightFace's for FaceScrub and MegaFace.

    A file name or a path a line; with tabs, the second field. Lines that begin with ``#`` are
    comments. An empty list is allowed: InsightFace ships such for comparison.

    Raises
    ------
    DataError
        The file cannot be read, or a line is no path inside a set.
    """
    path = Path(path)
    entries = set()
    lines = read_text(path, what="the noise list").split("\n")
    for number, line in enumerate(lines, start=1):
        if line.startswith("#") or not line.strip():
            continue
        fields = line.split("\t")
        name = (fields[1] if len(fields) > 1 else fields[0]).strip()
        entries.add(_parts(inside(name, where=f"{path}, line {number}")))
    return NoiseList(path, frozenset(entries))


def _parts(path: str) -> tuple[str, ...]:
    stem, dot, suffix = path.rpartition(".")
    plain = stem if f"{dot}{suffix}".lower() in PHOTO_SUFFIXES else path
    return tuple(plain.replace(" ", "_").split("/"))
