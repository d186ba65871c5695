"""The demo as a user runs it: a process of its own, without a network."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.samples

NO_NETWORK = dict.fromkeys(
    ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9"
)


def run_demo(*arguments: object, samples: dict[str, Path]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "facemetric", "demo", *map(str, arguments)],
        env={
            **os.environ,
            **NO_NETWORK,
            "FACEMETRIC_SAMPLES": str(samples["obama"].parent),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_demo_recognises_real_people(samples: dict[str, Path], tmp_path: Path) -> None:
    done = run_demo("--report", tmp_path / "out", "--json", samples=samples)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["photographs"] >= 6
    assert answer["enrolled"] >= 2
    assert answer["identified"] >= 2
    assert answer["identified_right"] == answer["identified_checked"] == answer["identified"]
    assert answer["strangers_rejected"] == answer["strangers"] >= 1
    assert answer["pairs_right"] == answer["pairs"] == 2
    assert answer["errors"] == []
    page = Path(answer["report"]).read_text(encoding="utf-8")
    assert page.count("data:image/jpeg;base64,") >= answer["photographs"]
    assert "Barack Obama" in page
    assert not re.search(r"""(?:src|href)=["']?https?:""", page)


def test_the_demo_on_photographs_of_your_own(samples: dict[str, Path], tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    for person, stems in {
        "김철수": ("obama", "obama2"),
        "Ada & <Co>": ("biden",),
        "Grace": ("grace_hopper",),
    }.items():
        (mine / person).mkdir(parents=True)
        for stem in stems:
            source = samples[stem]
            (mine / person / source.name).write_bytes(source.read_bytes())
    (mine / "Grace" / "zz-broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 broken")
    done = run_demo("--photos", mine, "--report", tmp_path / "out", samples=samples)
    assert done.returncode == 3, done.stderr
    assert "zz-broken.jpg" in done.stderr
    assert re.search(r"identified +김철수 +obama2\.jpg", done.stdout)
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "김철수" in page
    assert "<Co>" not in page
    assert "zz-broken.jpg" in page


def test_photographs_of_unknown_truth_are_not_counted_as_right(
    samples: dict[str, Path], tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    for place, stem in (
        ("train/Barack", "obama"),
        ("train/Barack", "obama2"),
        ("train/Joe", "biden"),
        ("test", "obama3"),
        ("test", "astronaut"),
    ):
        (mine / place).mkdir(parents=True, exist_ok=True)
        (mine / place / samples[stem].name).write_bytes(samples[stem].read_bytes())
    done = run_demo("--photos", mine, "--report", tmp_path / "out", "--json", samples=samples)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["identified"] == 3
    assert answer["identified_checked"] == answer["identified_right"] == 1


def test_the_demo_tells_what_it_lacks(samples: dict[str, Path], tmp_path: Path) -> None:
    none = run_demo("--photos", tmp_path / "none", samples=samples)
    assert none.returncode == 4
    assert "there is no such folder" in none.stderr
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "ada1.png").write_bytes(samples["obama"].read_bytes())
    one = run_demo("--photos", tmp_path / "one", samples=samples)
    assert one.returncode == 4
    assert "at least two people, got 1" in one.stderr
