"""What a benchmark needs beside the package, and what to do where it is not there."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from facemetric.bundle import cache_folder
from facemetric.datasets import data_root
from facemetric.errors import DataError

ROOT = Path(__file__).resolve().parent.parent


def lacking(need: str) -> str | None:
    """Say what is missing of ``need`` and how to get it; ``None`` where it is there.

    ``photographs:FOLDER`` of the research data, ``file:PATH`` from the checkout's root (a pack, a
    run), ``module:NAME``, ``peers`` or ``lfw-embeddings``.
    """
    kind, _, name = need.partition(":")
    if kind == "photographs":
        return _photographs(name)
    if kind == "file":
        there = (ROOT / name).exists()
        return None if there else f"{name} is not there: see docs/how-to/get-data.md and train.md"
    if kind == "module":
        return None if find_spec(name) else f"{name} is not installed: see benchmarks/README.md"
    if need == "peers":
        there = (ROOT / ".venv-bench" / "bin" / "python").exists()
        return None if there else "the peers are not there: run bash benchmarks/setup_peers.sh"
    if need == "lfw-embeddings":
        there = (cache_folder() / "lfw" / "dlib-resnet-v1.npz").is_file()
        return None if there else "LFW's embeddings are not there: run lfw_accuracy.py first"
    raise ValueError(f"no such need: {need}")


def _photographs(name: str) -> str | None:
    try:
        folder = data_root() / name
    except DataError as error:
        return str(error)
    if folder.is_dir():
        return None
    return f"{folder} is not there: FACEMETRIC_DATA names the folder that holds {name}/"
