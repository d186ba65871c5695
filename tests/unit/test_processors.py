"""Processors that a process may use: files as the kernel writes them, and a real allotment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from facemetric import processors
from facemetric.processors import session_threads, usable_processors


@pytest.fixture(autouse=True)
def of_64(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processors.os, "cpu_count", lambda: 64)
    monkeypatch.setattr(
        processors.os, "sched_getaffinity", lambda pid: set(range(64)), raising=False
    )


def machine(root: Path, groups: str, **files: str) -> Path:
    """Write files as the kernel shows them; ``__`` in a name is a folder's end."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(groups)
    for name, text in files.items():
        path = root / "sys/fs/cgroup" / name.replace("__", "/").replace("DOT", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize(
    ("limit", "usable"),
    [
        ("max 100000", 64),
        ("200000 100000", 2),
        ("150000 100000", 2),
        ("10000 100000", 1),
        ("9900000 100000", 64),
    ],
)
def test_the_quota_of_a_container(tmp_path: Path, limit: str, usable: int) -> None:
    root = machine(tmp_path, "0::/\n", cpuDOTmax=limit + "\n")
    assert usable_processors(root=root) == usable


def test_the_smallest_quota_of_the_groups_around_counts(tmp_path: Path) -> None:
    root = machine(
        tmp_path,
        "0::/kube/pod/one\n",
        kube__pod__one__cpuDOTmax="max 100000\n",
        kube__pod__cpuDOTmax="300000 100000\n",
        kube__cpuDOTmax="800000 100000\n",
    )
    assert usable_processors(root=root) == 3


@pytest.mark.parametrize("group", ["/", "/docker/0123"])  # within and beside the container's view
def test_the_first_version_of_control_groups(tmp_path: Path, group: str) -> None:
    root = machine(
        tmp_path,
        f"4:cpu,cpuacct:{group}\n3:memory:{group}\n",
        cpu__cpuDOTcfs_quota_us="400000\n",
        cpu__cpuDOTcfs_period_us="100000\n",
    )
    assert usable_processors(root=root) == 4
    (root / "sys/fs/cgroup/cpu/cpu.cfs_quota_us").write_text("-1\n")
    assert usable_processors(root=root) == 64


def test_what_the_kernel_does_not_write_is_passed_over(tmp_path: Path) -> None:
    root = machine(tmp_path, "", cpuDOTmax="200000 100000\n")
    (root / "proc/self/cgroup").write_bytes(b"\n0\n0:\nno colons\n0::/caf\xe9\n0::/a\0b\n")
    assert usable_processors(root=root) == 2  # of the top, which is around the group that is named
    for odd in (b"", b"\xff\xfe 100000", b"200000 0", b"-5 100000", b"9" * 5000 + b" 1", b"1 2 3"):
        (root / "sys/fs/cgroup/cpu.max").write_bytes(odd)
        assert usable_processors(root=root) == 64


def test_a_group_whose_name_is_no_utf_8(tmp_path: Path) -> None:
    root = machine(tmp_path, "")
    (root / "proc/self/cgroup").write_bytes(b"0::/caf\xe9\n")
    folder = root / os.fsdecode(b"sys/fs/cgroup/caf\xe9")
    try:
        folder.mkdir(parents=True)
    except OSError:
        pytest.skip("the file system has no such names")
    (folder / "cpu.max").write_text("300000 100000\n")
    assert usable_processors(root=root) == 3


def test_a_system_without_control_groups(tmp_path: Path) -> None:
    assert usable_processors(root=tmp_path) == 64


def test_a_runtime_is_told_where_the_process_may_use_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processors, "usable_processors", lambda: 2)
    assert (session_threads(None), session_threads(5)) == (2, 5)
    monkeypatch.setattr(processors, "usable_processors", lambda: 64)
    assert session_threads(None) is None


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system has no allotments")
def test_a_process_that_may_run_on_one_processor() -> None:
    code = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))});"
        "from facemetric.processors import usable_processors; print(usable_processors())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
