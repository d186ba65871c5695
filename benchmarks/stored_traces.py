"""What a gallery's files show: every template and name, looked for in every file.

    python benchmarks/stored_traces.py
    python benchmarks/stored_traces.py --people 20000

A plain and an encrypted gallery are filled alike. While each is open (its log full), after its
log was taken over, and after some were erased, the database, log, snapshot, copies and backups
are searched at every byte for eight-byte windows of every template, and for every name in UTF-8,
in lower case, in UTF-16 and as base64. The plain gallery shows that the search finds what is
there.
"""

from __future__ import annotations

import argparse
import base64
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from _conditions import conditions, write_result
from _script import run_script
from facemetric.gallery import NewSample, SqliteGallery
from facemetric.vault import MasterKey

DIM = 128
CHUNK_BYTES = 1 << 22
# How the number in a name is found: in UTF-8 and UTF-16 in either case, and in base64 (from the
# name's first byte on).
AS_UTF8 = re.compile(rb"([0-9]{6}) [Qq]uartermaine")
AS_UTF16 = re.compile(rb"((?:[0-9]\0){6}) \0[Qq]\0u\0a\0r\0")
AS_BASE64 = re.compile(rb"w[57]xsa8O8ID[A-Za-z0-9+/]{10}")
LOW_BITS = np.uint64((1 << 24) - 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    rng = np.random.default_rng(asked.seed)
    vectors = rng.standard_normal((asked.people, DIM), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    names = [f"Ülkü {number:06d} Quartermaine" for number in range(asked.people)]
    gone = min(asked.people // 10, 200)
    rows: list[dict[str, object]] = []
    for kind, key in (("plain", None), ("encrypted", MasterKey.new())):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "people.db"

            def look(moment: str, people: slice, path: Path = path, kind: str = kind) -> None:
                found = traces(path.parent, vectors[people], range(len(names))[people])
                rows.append({"gallery": kind, "moment": moment, **found})

            everyone, erased = slice(None), slice(gone)
            with SqliteGallery(path, bundle="net", dim=DIM, flip=True, key=key) as gallery:
                people = (
                    (name, [NewSample(vector, f"photos/{name}.jpg")])
                    for name, vector in zip(names, vectors, strict=True)
                )
                for _ in gallery.enroll_many(people, chunk_people=2_000):
                    pass
                gallery.search(vectors[:1], 1)  # writes the snapshot
                shutil.copy(f"{path}-wal", f"{path}-copied-log")
                look("open, log full", everyone)
                with sqlite3.connect(path) as connection:
                    connection.execute("VACUUM INTO ?", (f"{path}-backup",))
                    with sqlite3.connect(f"{path}-backup-2") as other:
                        connection.backup(other)
                    other.close()
                connection.close()
                look("with backups", everyone)
            look("closed", everyone)
            for copy in path.parent.glob("people.db-[bc]*"):
                copy.unlink()
            with SqliteGallery(path, key=key) as gallery:
                for name in names[erased]:
                    gallery.remove(name, purge=False)
                assert gallery.purge()
                gallery.search(vectors[:1], 1)
                look("erased, open: the erased", erased)
                look("erased, open: the others", slice(gone, None))
            look("erased, closed: the erased", erased)
    print(f"{'gallery':10} {'moment':27} {'MB':>7} {'templates':>14} {'names':>14}")
    for row in rows:
        print(
            f"{row['gallery']:10} {row['moment']:27} {row['mb']:7} "
            f"{row['templates_found']:>7}/{row['templates']:<6} "
            f"{row['names_found']:>7}/{row['names']:<6}"
        )
    shown = [
        row
        for row in rows
        if (row["gallery"] == "encrypted" or str(row["moment"]).endswith("the erased"))
        and (row["templates_found"] or row["names_found"])
    ]
    print("nothing found where nothing may be" if not shown else f"FOUND: {shown}")
    write_result(
        "stored_traces",
        {
            "conditions": conditions(("cryptography",), people=asked.people, seed=asked.seed),
            "rows": rows,
            "passed": not shown,
        },
    )


def traces(
    folder: Path, vectors: NDArray[np.float32], numbers: Sequence[int]
) -> dict[str, int | float]:
    """Return how many templates and names any file in a folder shows."""
    windows = np.ascontiguousarray(vectors).view(np.uint64)  # 64 of each template
    wanted = np.unique(windows)
    may_be = np.zeros(int(LOW_BITS) + 1, bool)
    may_be[wanted & LOW_BITS] = True
    seen_windows = np.zeros(len(wanted), bool)
    seen_names: set[int] = set()
    size = 0
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        data = file.read_bytes()
        size += len(data)
        for start in range(0, len(data), CHUNK_BYTES):
            part = data[start : start + CHUNK_BYTES + 512]
            for shift in range(8):
                count = (len(part) - shift) // 8
                values = np.frombuffer(part, np.uint64, count, shift) if count > 0 else wanted[:0]
                values = values[may_be[values & LOW_BITS]]
                places = np.minimum(np.searchsorted(wanted, values), len(wanted) - 1)
                seen_windows[places[wanted[places] == values]] = True
            seen_names |= {int(digits) for digits in AS_UTF8.findall(part)}
            for digits in AS_UTF16.findall(part):
                seen_names.add(int(digits.decode("utf-16-le")))
            for coded in AS_BASE64.findall(part):
                digits = base64.b64decode(coded)[7:13]
                if digits.isdigit():
                    seen_names.add(int(digits))
    shows = np.isin(windows, wanted[seen_windows]).any(axis=1)
    return {
        "mb": round(size / 1e6, 1),
        "templates": len(vectors),
        "templates_found": int(shows.sum()),
        "names": len(numbers),
        "names_found": len(seen_names & set(numbers)),
    }


if __name__ == "__main__":
    run_script(main)
