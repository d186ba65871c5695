import os
import pickle
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_all_start_methods, get_context

import pytest

from facemetric.datasets.chips.positional import PositionalFile
from facemetric.errors import DataError

CONTENT = bytes(range(256)) * 64


@pytest.fixture
def file(tmp_path):
    (tmp_path / "a").write_bytes(CONTENT)
    return PositionalFile(tmp_path / "a")


def _wrong(file, order):
    return sum(file.read(at, 7, item="x") != CONTENT[at : at + 7] for at in order)


def test_threads_do_not_disturb_each_other(file):
    orders = [range(start, 16_000, 5) for start in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda order: _wrong(file, order), orders)) == 0


def test_forked_and_spawned_processes(file):
    assert _wrong(pickle.loads(pickle.dumps(file)), range(0, 16_000, 501)) == 0
    if "fork" not in get_all_start_methods():
        pytest.skip("there is no fork here")
    read_end, write_end = os.pipe()
    context = get_context("fork")
    workers = [
        context.Process(
            target=lambda start=start: os.write(
                write_end, b"ok" if not _wrong(file, range(start, 16_000, 13)) else b"no"
            )
        )
        for start in range(3)
    ]
    for worker in workers:
        worker.start()
    assert _wrong(file, range(0, 16_000, 11)) == 0
    for worker in workers:
        worker.join()
    assert os.read(read_end, 100) == b"okokok"
    os.close(read_end)
    os.close(write_end)


def test_errors_name_the_file(file, tmp_path):
    with pytest.raises(DataError, match="absent: cannot be opened: No such file"):
        PositionalFile(tmp_path / "absent")
    with pytest.raises(DataError, match="expected 9 bytes at 16,380, the file ends after 4"):
        file.read(16_380, 9, item="x")
    file.close()
    file.close()
    with pytest.raises(DataError, match="x: cannot be read: Bad file descriptor"):
        file.read(0, 1, item="x")
