"""What a figure was measured under, and where it is written."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
RESULTS_VARIABLE = "FACEMETRIC_BENCH_RESULTS"


def conditions(packages: tuple[str, ...] = (), **more: object) -> dict[str, object]:
    """Describe the machine, the versions and whatever else the caller names."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cpu": _cpu_name(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in ("facemetric", "numpy", *packages)},
        **more,
    }


def write_result(name: str, result: Mapping[str, Any]) -> Path:
    """Write ``<name>.json`` and return its path.

    Into the folder that ``FACEMETRIC_BENCH_RESULTS`` names, else ``benchmarks/results``.
    """
    folder = Path(os.environ.get(RESULTS_VARIABLE) or RESULTS)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(result, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return path


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    wide = any("avx512f" in line for line in lines if line.startswith("flags"))
    return (named[0] if named else platform.processor()) + (" (AVX-512)" if wide else "")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
