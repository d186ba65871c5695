"""Classes sharded over 2 and 3 processes give the losses and gradients of one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from facemetric.losses import MARGINS

TESTS = Path(__file__).parents[2]
LIMIT_S = 150


def test_sharded_classes_equal_unsharded_ones(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-m", "oracles.sharded_margins", tmp_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(TESTS), "PATH": "", "GLOO_SOCKET_IFNAME": "lo"},
        start_new_session=True,
    ) as ranks:
        try:
            out, errors = ranks.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(ranks.pid, signal.SIGKILL)
            raise
    assert ranks.returncode == 0, errors
    logs = [(tmp_path / f"log-{rank}.txt").read_text() for rank in range(3)]
    assert json.loads(out) == [0, 0, 0], "\n".join(logs)
    assert [log.strip() for log in logs] == [f"{len(MARGINS)} margins"] * 3
