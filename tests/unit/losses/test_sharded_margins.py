"""Classes sharded over 2 and 3 processes give the losses and gradients of one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from facemetric.losses import MARGINS

TESTS = Path(__file__).parents[2]
LIMIT_S = 150


def test_sharded_classes_equal_unsharded_ones(tmp_path):
    worker = TESTS / "oracles" / "sharded_margins.py"
    ranks = [
        subprocess.Popen(
            [sys.executable, worker, str(rank), "3", tmp_path / "store"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": str(TESTS), "PATH": "", "GLOO_SOCKET_IFNAME": "lo"},
        )
        for rank in range(3)
    ]
    try:
        for rank in ranks:
            out, errors = rank.communicate(timeout=LIMIT_S)
            assert rank.returncode == 0, errors
            assert out.strip() == f"{len(MARGINS)} margins"
    finally:
        for rank in ranks:
            rank.kill()
            rank.wait()
