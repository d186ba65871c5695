"""Lists beside a pack: what was left out, which labels are suspicious, what to leave out."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from facemetric.datasets.listing import read_lines
from facemetric.wire import LabelNoiseOut, LeftOutPhotoOut

LEFT_OUT_NAME = "left-out.tsv"
SUSPECTS_NAME = "suspects.tsv"


def write_left_out(folder: Path, left_out: Sequence[LeftOutPhotoOut]) -> Path:
    """Write ``left-out.tsv``: source, person, reason, why; raises OSError."""
    rows = [(one.source, one.person, one.reason, one.why) for one in left_out]
    return _write(folder / LEFT_OUT_NAME, ("source", "person", "reason", "why"), rows)


def write_suspects(folder: Path, noise: LabelNoiseOut) -> Path:
    """Write ``suspects.tsv``, which `read_without` reads once it was looked through."""
    rows = [
        (one.source, one.person, one.like, f"{one.own:.4f}", f"{one.nearest:.4f}")
        for one in noise.suspects
    ]
    return _write(folder / SUSPECTS_NAME, ("source", "person", "like", "own", "nearest"), rows)


def read_without(path: Path) -> frozenset[str]:
    """Return the photographs of a list: a name a line, up to a tab; a header is passed over.

    Raises
    ------
    DataError
        The list cannot be read or is empty.
    """
    lines = read_lines(path, what="the list of photographs to leave out")
    names = [line.rstrip("\r").split("\t", 1)[0] for line in lines]
    return frozenset(name for name in names[names[0] == "source" :] if name)


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as stream:
        writer = csv.writer(stream, "excel-tab", lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path
