"""Eight bits against float32: what a trained network loses in accuracy and gains in speed.

    python benchmarks/quantised.py runs/NAME

Exports the run twice, measures both bundles by the run's own protocols on the same chips, and
times them in turns. Writes ``results/quantised.json``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median

import numpy as np
import onnx

from _conditions import conditions, write_result
from _script import run_script
from facemetric.bundle import Bundle, Network
from facemetric.bundle.manifest import Licence
from facemetric.training.export import ExportedRun, export_run

ROUNDS = 15
BATCHES = (1, 32)


def main() -> None:
    arguments = _arguments()
    terms = Licence(
        spdx="LicenseRef-research-only", commercial_use=False, training_data="for research alone"
    )
    with tempfile.TemporaryDirectory() as scratch:
        made = export_run(
            arguments.run,
            Path(scratch) / "bundle",
            licence=terms,
            int8=True,
            tell=lambda text: print(text, file=sys.stderr),
        )
        result = _result(made, arguments.run.name, threads=arguments.threads)
    for row in result["speed"]:
        print(
            f"batch {row['batch']:2d}: float32 {row['float32_ms']:.2f} ms, "
            f"int8 {row['int8_ms']:.2f} ms a chip, {row['speed_up']:.2f} times as fast"
        )
    for row in result["accuracy"]:
        print(
            f"{row['protocol']} {row['metric']}: float32 {row['float32']:.4f}, "
            f"int8 {row['int8']:.4f}, loss {row['loss']:+.4f}"
        )
    print(f"similarity of the embeddings: {result['similarity_mean']:.4f}")
    print(write_result("quantised" if arguments.name is None else arguments.name, result))


def _result(made: ExportedRun, run: str, *, threads: int) -> dict[str, object]:
    eight = made.quantised
    assert eight is not None
    return {
        "conditions": conditions(("torch", "onnx", "onnxruntime"), run=run, threads=threads),
        "network": made.exported.bundle.manifest.description,
        "operators": dict(Counter(_operators(made.exported.bundle))),
        "difference_from_torch": made.exported.difference,
        "similarity_mean": eight.similarity_mean,
        "similarity_min": eight.similarity_min,
        "megabytes": {"float32": eight.bytes_before / 1e6, "int8": eight.bytes / 1e6},
        "accuracy": _accuracy(*made.bundles),
        "speed": [_speed(made.bundles, batch, threads=threads) for batch in BATCHES],
    }


def _accuracy(float32: Bundle, int8: Bundle) -> list[dict[str, object]]:
    """Return every protocol's first figure of both, with what was lost."""
    lost = {(one.protocol, one.metric): one for one in int8.manifest.results}
    rows: list[dict[str, object]] = []
    for one in float32.manifest.results:
        other = lost.get((one.protocol, one.metric))
        if other is not None:
            rows.append(
                {
                    "protocol": one.protocol,
                    "metric": one.metric,
                    "conditions": one.conditions,
                    "float32": one.value,
                    "float32_interval": [one.low, one.high],
                    "int8": other.value,
                    "int8_interval": [other.low, other.high],
                    "loss": one.value - other.value,
                }
            )
    return rows


def _speed(bundles: tuple[Bundle, ...], batch: int, *, threads: int) -> dict[str, float]:
    """Return milliseconds a chip, the two in turns; the first round is not counted."""
    networks = [Network(bundle, threads=threads) for bundle in bundles]
    spec = bundles[0].manifest.input
    shape = (batch, spec.height_px, spec.width_px, 3)
    chips = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    times: list[list[float]] = [[], []]
    for _ in range(ROUNDS + 1):
        for kept, network in zip(times, networks, strict=True):
            start = time.perf_counter()
            network.raw(chips)
            kept.append((time.perf_counter() - start) * 1000 / batch)
    slow, fast = (median(one[1:]) for one in times)
    return {"batch": batch, "float32_ms": slow, "int8_ms": fast, "speed_up": slow / fast}


def _operators(bundle: Bundle) -> list[str]:
    return [node.op_type for node in onnx.load(bundle.model_path()).graph.node]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="folder of a training run")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--name", help="of the result; without it: quantised")
    return parser.parse_args()


if __name__ == "__main__":
    run_script(main)
