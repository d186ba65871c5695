"""The core install in a fresh environment: its size, and the time to import and to print help.

Installs this checkout with the extra ``cpu`` and the versions of ``constraints.txt`` from the
package index that pip is set up for. Sizes are the sums of the files' lengths in site-packages,
bytecode included, without the weights and without pip and setuptools. Times are medians of
processes of their own, taken in turns after one of each that is not counted.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from importlib.metadata import distributions
from pathlib import Path

from _conditions import conditions, write_result
from _script import run_script

ROOT = Path(__file__).resolve().parent.parent
MAX_MB = 700.0
MAX_IMPORT_S = 0.3
MAX_HELP_S = 0.7
LARGEST = 10
WEIGHTS = ("face_recognition_models/models/*.dat", "mtcnn/assets/weights/*.lz4")
INSTALLERS = ("pip", "pip-*.dist-info", "setuptools", "setuptools-*.dist-info", "pkg_resources")
INSTALLERS_FILES = ("_distutils_hack", "distutils-precedence.pth")


def install(folder: Path) -> None:
    """Make an environment with the core install."""
    venv.create(folder, with_pip=True)
    pip = [folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "--quiet", "-c", "constraints.txt", ".[cpu]"], cwd=ROOT, check=True)


def sizes(site: Path) -> tuple[int, int, dict[str, int]]:
    """Return bytes without weights and installers, bytes of weights, bytes by distribution."""
    weights = {path for pattern in WEIGHTS for path in site.glob(pattern)}
    if len(weights) < 4:
        sys.exit(f"expected the weights of the detector and the embedder, found {len(weights)}")
    tools = [path for pattern in (*INSTALLERS, *INSTALLERS_FILES) for path in site.glob(pattern)]
    left_out = weights | {file for tool in tools for file in (tool, *tool.rglob("*"))}
    counted = {
        path: path.lstat().st_size
        for path in site.rglob("*")
        if path not in left_out and not path.is_dir()
    }
    by_package = {}
    for package in distributions(path=[str(site)]):
        files = {Path(os.path.normpath(file.locate())) for file in package.files or ()}
        by_package[package.name] = sum(counted.get(file, 0) for file in files)
    return sum(counted.values()), sum(path.stat().st_size for path in weights), by_package


def seconds(commands: dict[str, list[str | Path]], runs: int) -> dict[str, list[float]]:
    """Run the commands in turns, each ``runs`` times after once for nothing."""
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(
                command, check=True, stdout=subprocess.DEVNULL, cwd=tempfile.gettempdir()
            )
            if turn:
                taken[name].append(time.perf_counter() - started)
    return taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10, help="of each command (default 10)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "venv"
        install(home)
        python, tool = home / "bin" / "python", home / "bin" / "facemetric"
        (site,) = (home / "lib").glob("python*/site-packages")
        total, weights, by_package = sizes(site)
        torch = sorted(path.name for path in site.glob("torch*"))
        taken = seconds(
            {
                "bare": [python, "-c", "pass"],
                "import": [python, "-c", "import facemetric"],
                "help": [tool, "--help"],
            },
            options.runs,
        )
    bare, imported, help_s = (statistics.median(values) for values in taken.values())
    largest = sorted(by_package.items(), key=lambda item: -item[1])[:LARGEST]
    ours = {
        "megabytes": round(total / 1e6, 1),
        "mebibytes": round(total / 2**20, 1),
        "weights_megabytes": round(weights / 1e6, 1),
        "packages": len(by_package),
        "torch": torch,
        "bare_python_s": bare,
        "import_s": imported,
        "import_added_s": imported - bare,
        "help_s": help_s,
        "largest_megabytes": {package: round(size / 1e6, 1) for package, size in largest},
        "runs_s": taken,
    }
    met = {
        "megabytes": ours["megabytes"] <= MAX_MB,
        "no_torch": not torch,
        "import_s": imported <= MAX_IMPORT_S,
        "help_s": help_s <= MAX_HELP_S,
    }
    passed = all(met.values())
    result = {
        "what": "core install: size, import, help",
        "bar": {"megabytes": MAX_MB, "torch": [], "import_s": MAX_IMPORT_S, "help_s": MAX_HELP_S},
        "met": met,
        "passed": passed,
        "ours": ours,
        "conditions": conditions(
            installed="pip install -c constraints.txt '.[cpu]' in a fresh environment",
            left_out=[*WEIGHTS, "pip", "setuptools"],
            runs=options.runs,
        ),
    }
    print(f"site-packages {ours['megabytes']} MB ({ours['mebibytes']} MiB), bar {MAX_MB:g} MB")
    print(f"weights       {ours['weights_megabytes']} MB, not counted")
    print(f"torch         {', '.join(torch) or 'not installed'}")
    print(f"python -c pass              {bare:.3f} s")
    print(f"python -c import facemetric {imported:.3f} s, bar {MAX_IMPORT_S} s")
    print(f"facemetric --help           {help_s:.3f} s, bar {MAX_HELP_S} s")
    for package, size in ours["largest_megabytes"].items():
        print(f"{size:>8.1f} MB  {package}")
    print(f"{'passed' if passed else 'FAILED'}: {write_result('install_size', result)}")
    return 0 if passed else 1


if __name__ == "__main__":
    run_script(main)
