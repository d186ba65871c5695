"""Real processes: readers beside a writer, writers beside each other, a writer that is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from facemetric.gallery import NewSample, SqliteGallery

MakeSample = Callable[..., NewSample]

PREAMBLE = """
import sys, time
import numpy as np
from facemetric.gallery import NewSample, SqliteGallery
path = sys.argv[1]
def vector(seed):
    values = np.random.default_rng(seed).normal(size=8)
    return (values / np.linalg.norm(values)).astype(np.float32)
"""

WRITER = """
start, count = int(sys.argv[2]), int(sys.argv[3])
with SqliteGallery(path, bundle="net-v1", dim=8) as gallery:
    for seed in range(start, start + count):
        gallery.enroll(f"P{seed}", [NewSample(vector(seed), f"{seed}.jpg")])
        print(seed, flush=True)
"""

READER = """
last = 0
print("ready", flush=True)
with SqliteGallery(path, read_only=True) as gallery:
    while last < int(sys.argv[2]):
        vectors = gallery.vectors()
        names = [vectors.names[person] for person in vectors.person_ids]
        assert len(names) >= last, (len(names), last)
        assert names == [f"P{seed}" for seed in range(len(names))], names
        for seed in range(last, len(names)):
            assert (vectors.embeddings[seed] == vector(seed)).all()
        last = len(names)
print("saw", last)
"""


def start(script: str, path: Path, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PREAMBLE + script, str(path), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )


def finish(process: subprocess.Popen[str]) -> str:
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return output


def test_two_processes_read_while_one_writes(path: Path) -> None:
    SqliteGallery(path, bundle="net-v1", dim=8).close()
    readers = [start(READER, path, 150) for _ in range(2)]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
    writer = start(WRITER, path, 0, 150)
    finish(writer)
    for reader in readers:
        assert finish(reader) == "saw 150\n"


def test_writers_that_start_together_share_one_new_gallery(
    path: Path, vector: Callable[..., np.ndarray]
) -> None:
    writers = [start(WRITER, path, 1000 * number, 40) for number in range(3)]
    for writer in writers:
        finish(writer)
    with SqliteGallery(path) as gallery:
        wanted = {f"P{1000 * number + seed}" for number in range(3) for seed in range(40)}
        assert {person.name for person in gallery} == wanted
        for seed in (0, 1039, 2020):
            assert gallery.search(vector(seed)[None], 1)[0][0].name == f"P{seed}"
        assert gallery.check() == []


def test_a_killed_writer_loses_nothing_that_it_acknowledged(
    path: Path, vector: Callable[..., np.ndarray]
) -> None:
    writer = start(WRITER, path, 0, 100_000)
    assert writer.stdout is not None
    acknowledged = [int(writer.stdout.readline()) for _ in range(25)]
    writer.kill()
    rest, _ = writer.communicate(timeout=300)
    acknowledged += [int(line) for line in rest.split("\n")[:-1]]
    with SqliteGallery(path) as gallery:
        vectors = gallery.vectors()
        for seed in acknowledged:
            np.testing.assert_array_equal(vectors.embeddings[seed], vector(seed))
        assert len(acknowledged) <= len(vectors) <= len(acknowledged) + 1
        assert gallery.check() == []
        gallery.enroll("Next", [NewSample(vector(-1 % 2**32), "next.jpg")])


def test_an_erasure_cut_short_is_finished_at_the_next_opening(
    path: Path, sample: MakeSample
) -> None:
    with SqliteGallery(path, bundle="net-v1", dim=8) as gallery:
        gallery.enroll("Ada", [sample(1)])
        gallery.enroll("Bob", [sample(2)])
    script = """
import os
gallery = SqliteGallery(path)
assert not gallery.remove("Ada", purge=False).purged
os.kill(os.getpid(), 9)
"""
    killed = start(script, path)
    killed.communicate(timeout=300)
    assert killed.returncode == -9
    assert path.with_name(path.name + "-wal").stat().st_size > 0
    SqliteGallery(path).close()
    blob = sample(1).embedding.tobytes()
    for file in path.parent.iterdir():
        assert blob[:16] not in file.read_bytes()
        assert b"Ada" not in file.read_bytes()
