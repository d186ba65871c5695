"""The product of integers: its sums are numpy's, and its threads those that may run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from facemetric.index import integer_product
from facemetric.index.integer_product import IntegerProduct

COUNT = """
import os
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from facemetric.index import Codec, CodeIndex
from facemetric.index.integer_product import IntegerProduct
import numpy as np
one = IntegerProduct(threads=1)  # whatever else the runtime starts
before = len(os.listdir("/proc/self/task"))
index = CodeIndex(Codec(np.zeros(8), np.ones(8)))
alone = len(os.listdir("/proc/self/task"))
three = IntegerProduct(threads=3)
print(alone - before, len(os.listdir("/proc/self/task")) - alone)
"""


def test_its_sums_are_exact() -> None:
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 256, (500, 96), dtype=np.uint8)
    queries = rng.integers(-128, 128, (96, 7), dtype=np.int8)
    sums = IntegerProduct(threads=1)(codes, queries)
    assert np.array_equal(sums, codes.astype(np.int64) @ queries.astype(np.int64))


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="only Linux lists threads")
def test_a_search_starts_no_threads_where_one_processor_may_be_used() -> None:
    done = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, check=True)
    assert done.stdout == "0 2\n"


@pytest.mark.parametrize(("asked", "given"), [(None, 5), (3, 3)])
def test_it_asks_for_the_processors_that_may_be_used(
    monkeypatch: pytest.MonkeyPatch, asked: int | None, given: int
) -> None:
    monkeypatch.setattr("facemetric.processors.usable_processors", lambda: 5)
    monkeypatch.setattr("facemetric.processors.os.cpu_count", lambda: 64)
    told: list[int | None] = []
    monkeypatch.setattr(integer_product, "Session", lambda graph, *, threads: told.append(threads))
    IntegerProduct(threads=asked)
    assert told == [given]
