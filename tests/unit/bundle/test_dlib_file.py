import resource
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.bundle.builtin_bundles import dlib_weights_path
from facemetric.bundle.dlib_file import read_dlib_network
from facemetric.bundle.dlib_graph import dlib_graph
from facemetric.errors import IntegrityError


@pytest.fixture(scope="module")
def data() -> bytes:
    return dlib_weights_path().read_bytes()


def test_the_whole_file_is_read(data: bytes) -> None:
    network = read_dlib_network(data)
    kinds = [layer.kind for layer in network.layers]
    assert network.size_px == (150, 150)
    assert network.mean_rgb == pytest.approx((122.782, 117.001, 104.298), abs=1e-3)
    assert kinds.count("con") == kinds.count("affine") == 29
    assert kinds.count("add_prev") == 14
    assert kinds.count("avg_pool") == 5
    weights = sum(
        part.size
        for layer in network.layers
        for part in (layer.weight, layer.bias)
        if part is not None
    )
    assert 4 * weights == pytest.approx(len(data), abs=20_000)
    stem, last = network.layers[0], network.layers[-1]
    assert stem.weight is not None and stem.weight.shape == (32, 3, 7, 7)
    assert last.weight is not None and last.weight.shape == (256, 128)


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=400))
def test_random_bytes_give_integrity_errors(junk: bytes) -> None:
    with pytest.raises(IntegrityError):
        read_dlib_network(junk)


def test_damaged_files_give_integrity_errors_or_another_network(data: bytes) -> None:
    # Structure is dense at the start of the file and between the weights of the first layers.
    rng = np.random.default_rng(0)
    refused = 0
    started = time.monotonic()
    for _ in range(400):
        cut = int(rng.integers(400, 130_000))
        damaged = bytearray(data[:cut])
        for _ in range(int(rng.integers(0, 4))):
            damaged[int(rng.integers(len(damaged)))] = int(rng.integers(256))
        with pytest.raises(IntegrityError):
            dlib_graph(read_dlib_network(bytes(damaged)))
        refused += 1
    assert refused == 400
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("position", [0, 1, 17, 290, 320, 342, 343, 344])
def test_each_structural_byte_counts(data: bytes, position: int) -> None:
    damaged = bytearray(data[:20_000])
    damaged[position] ^= 0x77
    with pytest.raises(IntegrityError, match="at byte"):
        read_dlib_network(bytes(damaged))


def test_a_claim_of_a_giant_tensor_reserves_nothing(data: bytes) -> None:
    at = data.index(b"con_4") + 5
    giant = data[:at] + b"\x01\x02" + b"\x04\xff\xff\xff\x7f" * 4 + data[at:]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(IntegrityError, match="more bytes"):
        read_dlib_network(giant)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB
