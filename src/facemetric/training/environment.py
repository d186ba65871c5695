"""What a run was carried out with."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

_PACKAGES = ("facemetric", "torch", "numpy", "onnxruntime", "opencv-python-headless")


def environment(device: torch.device, *, processes: int = 1) -> dict[str, str]:
    """Return machine and versions, in words, for a run's page and model card.

    Parameters
    ----------
    device
        Where the network runs.
    processes
        How many train together.
    """
    facts = {
        "device": _device_name(device),
        "processes": str(processes),
        "threads": str(torch.get_num_threads()),
        "cores": str(os.cpu_count()),
        "system": platform.platform(),
        "python": platform.python_version(),
    }
    return facts | {name: _version(name) for name in _PACKAGES}


def _device_name(device: torch.device) -> str:
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
