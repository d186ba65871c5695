"""Sessions: refusals that say what to do, and silence towards the network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from facemetric.bundle.graph import GraphBuilder
from facemetric.errors import BundleError, InputError, ProviderError
from facemetric.runtime import Session, available_providers
from facemetric.runtime.session import MAX_THREADS, PROVIDERS


@pytest.mark.parametrize("threads", [0, -1, MAX_THREADS + 1, 10**12])
def test_an_absurd_number_of_threads_is_refused_before_any_is_started(threads: int) -> None:
    with pytest.raises(InputError, match=f"threads: expected 1 to {MAX_THREADS}, got {threads}"):
        Session(b"", threads=threads)


def test_an_unknown_provider_is_named_with_those_that_exist() -> None:
    with pytest.raises(InputError, match="expected one of cpu, cuda, openvino, coreml, got 'gpu'"):
        Session(b"", provider="gpu")


def test_a_missing_provider_is_an_error_and_not_the_cpu() -> None:
    missing = [name for name in PROVIDERS if name not in available_providers()]
    assert missing, "every provider is installed: nothing to refuse"
    with pytest.raises(ProviderError, match=missing[0]):
        Session(b"", provider=missing[0])


def test_bytes_that_are_no_graph_are_an_error_of_the_bundle() -> None:
    with pytest.raises(BundleError, match="<onnx bytes>: the ONNX graph cannot be loaded"):
        Session(b"no graph")


@pytest.mark.parametrize(
    "feeds",
    [{"x": np.zeros((2, 5), np.float32)}, {"x": np.zeros((2, 4), np.int64)}, {}],
    ids=["shape", "type", "nothing"],
)
def test_what_a_graph_cannot_compute_is_an_error_of_the_provider(
    feeds: dict[str, np.ndarray], tmp_path: Path
) -> None:
    graph = GraphBuilder("sum")
    graph.node("ReduceSum", "x", keepdims=0)
    path = tmp_path / "sum.onnx"
    path.write_bytes(graph.finish(("x", ("N", 4)), ("y", ())))
    session = Session(path)
    assert session.run({"x": np.ones((3, 4), np.float32)})[0] == 12
    with pytest.raises(ProviderError, match="provider 'cpu' failed on") as caught:
        session.run(feeds)
    assert caught.value.item == str(path)
    assert caught.value.fix
    assert caught.value.__cause__ is not None
    assert "\n" not in str(caught.value)


def test_onnx_runtime_reports_nothing_to_anybody(tmp_path: Path) -> None:
    """Its official builds keep a device id and a queue of events in the user's cache folder."""
    environment = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("XDG_") and key != "ORT_DISABLE_TELEMETRY"
    }
    code = "from facemetric.runtime import available_providers as a; print(a())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment | {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "cpu" in done.stdout
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
