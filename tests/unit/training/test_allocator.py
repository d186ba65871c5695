"""Freed memory stays with the process, measured by the pages that it has to ask for."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

COUNT = """
import resource, sys
import torch
from facemetric.training.allocator import keep_freed_memory

if sys.argv[1] == "keep":
    assert keep_freed_memory()

def once():
    some = [torch.ones(size) for size in (1 << 18, 1 << 20, 1 << 22, 1 << 24)]
    return sum(float(one[-1]) for one in some)

for _ in range(8):  # the heap grows until its free pieces fit
    once()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
once()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how: str) -> int:
    command = [sys.executable, "-c", COUNT, how]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="an allocator of glibc's")
def test_what_was_freed_is_used_again() -> None:
    # 85 MB in pages of 4 kB; the largest block alone has 16,384 of them.
    assert faults("leave") > 10_000
    assert faults("keep") < 100
