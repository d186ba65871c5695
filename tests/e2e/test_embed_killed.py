"""``facemetric embed`` killed in the middle, with its workers, and taken up again."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from facemetric.jobs.embedding import embed_photos, read_embeddings
from layouts.portraits import build_portraits

COPIES = 6


@pytest.fixture
def photos(samples: dict[str, Path], no_face_photo: Path, tmp_path: Path) -> Path:
    root = tmp_path / "photos"
    whole = build_portraits(root / "0", samples, no_face_photo)
    for number in range(1, COPIES):
        for path in sorted(whole.rglob("*.*")):
            copy = root / f"copy-{number}" / path.relative_to(whole)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.symlink_to(path)
    return root


def state(out: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(out)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(out.rglob("*.parquet"))
    }


def finished(out: Path) -> int:
    return len(list(out.glob("photos/*.parquet")))


def children(parent: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks into /proc")
def test_killed_and_taken_up_again(photos: Path, tmp_path: Path) -> None:
    from_list = tmp_path / "list.txt"
    names = sorted(str(path) for path in photos.rglob("*.*") if path.is_file())
    from_list.write_text("\n".join(names), encoding="utf-8")
    out = tmp_path / "out"
    options = [f"@{from_list}", str(out), "--shard-photos", "5", "--workers", "2", "--quiet"]
    command = [sys.executable, "-W", "error", "-m", "facemetric", "embed", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        deadline = time.monotonic() + 300
        while finished(out) < 3 and running.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        workers = children(running.pid)
        running.send_signal(signal.SIGKILL)
        running.communicate()
    shards = len(names) // 5
    before = state(out)
    kept = finished(out)
    assert 3 <= kept < shards, "killed too early or too late"
    assert len(workers) >= 2
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < deadline, "workers outlived the one that started them"
        time.sleep(0.02)

    again = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert again.returncode == 3, again.stderr
    assert f"{shards}, {shards - kept} of them new" in again.stdout
    after = state(out)
    faces_and_photos = [name for name in before if f"photos/{Path(name).name}" in before]
    assert len(faces_and_photos) == 2 * kept
    assert {name: after[name] for name in faces_and_photos} == {
        name: before[name] for name in faces_and_photos
    }

    whole = tmp_path / "whole"
    embed_photos(names, whole, shard_photos=5)
    assert {name: data for name, (data, _) in state(whole).items()} == {
        name: data for name, (data, _) in after.items()
    }
    read = read_embeddings(out)
    assert len(read) == 10 * COPIES
    assert np.allclose(np.linalg.norm(read.embeddings, axis=1), 1, atol=1e-5)
