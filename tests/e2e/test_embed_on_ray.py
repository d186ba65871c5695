"""Two Ray nodes give what one process gives, and survive the end of an actor."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from facemetric.errors import WorkerError
from facemetric.jobs.embedding import embed_photos
from layouts.portraits import build_portraits

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="Ray is not installed"
)


def shards_in(out: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*.parquet"))
    }


def run_cluster(folder: Path, source: Path) -> dict[str, object]:
    """Run it in a process of its own, which Ray leaves changed."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "layouts.ray_cluster", str(folder), str(source)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as running:
        try:
            said, _ = running.communicate(timeout=240)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            raise
    assert running.returncode == 0, said
    found: dict[str, object] = json.loads((folder / "found.json").read_text(encoding="utf-8"))
    return found


def test_two_nodes(samples: dict[str, Path], no_face_photo: Path, tmp_path: Path) -> None:
    source = build_portraits(tmp_path / "photos", samples, no_face_photo)
    embed_photos(source, tmp_path / "alone", shard_photos=2)
    found = run_cluster(tmp_path, source)
    assert (found["new_shards"], found["faces"]) == (5, 10)
    assert found["told"][0] == [0, 10]  # type: ignore[index]
    assert found["told"][-1] == [10, 10]  # type: ignore[index]
    assert shards_in(tmp_path / "out") == shards_in(tmp_path / "alone")

    assert found["numbers"] == list(range(7))
    assert found["processes"] >= 2  # type: ignore[operator]
    assert (tmp_path / "once.jpg").exists(), "no actor was killed"


def test_a_cluster_that_is_not_there(
    tmp_path: Path, samples: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(**_: object) -> None:
        raise ConnectionError("nobody answers")

    import ray

    monkeypatch.setattr(ray, "init", unreachable)
    with pytest.raises(WorkerError, match="the cluster cannot be reached: nobody answers"):
        embed_photos(samples["obama"], tmp_path / "out", ray="10.0.0.1:6379")
