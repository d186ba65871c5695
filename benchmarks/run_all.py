"""Run every benchmark, one after another, and say which passed, missed, failed or were left out.

    python benchmarks/run_all.py            # hours; results into benchmarks/results
    python benchmarks/run_all.py --quick    # minutes; small forms, results into out/bench/quick

A small form shows that a script works and measures nothing. On a machine that is busy with
something else a full result goes to ``out/bench/busy`` and not to ``benchmarks/results``. Ends with
status 1 where a script failed or, in full, a bar was missed. What is not there (photographs, packs,
peers) leaves out what needs it, with the reason.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from _busy import busy_share
from _conditions import RESULTS, RESULTS_VARIABLE
from _keras import keras_weights
from _needs import ROOT, lacking
from _plan import PLAN, Planned
from _script import LACKING, MISSED

BUSY = 0.1
PASSED, FAILED, LEFT_OUT, MISSED_BAR = "passed", "FAILED", "left out", "missed its bar"
KINDS = {0: PASSED, MISSED: MISSED_BAR, LACKING: LEFT_OUT}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="small forms, to see that all work")
    parser.add_argument("--only", nargs="+", metavar="SCRIPT", help="these alone")
    parser.add_argument("--results", type=Path, help="another folder for the results")
    parser.add_argument("--timeout-s", type=float, help="of a script (default 600 with --quick)")
    parser.add_argument("--keras-h5", type=Path, help="Keras FaceNet weights; else fetched")
    parser.add_argument("--list", action="store_true", help="say what would run, and end")
    options = parser.parse_args()
    known = {planned.script for planned in PLAN}
    if wrong := sorted(set(options.only or ()) - known):
        parser.error(f"not in the plan: {', '.join(wrong)}. It has {', '.join(sorted(known))}")
    plan = [planned for planned in PLAN if not options.only or planned.script in options.only]
    outcomes: list[tuple[str, str, str]] = []
    for planned in plan:
        reason = _left_out(planned, quick=options.quick)
        if reason or options.list:
            outcomes.append((planned.title, LEFT_OUT if reason else "would run", reason))
            continue
        print(f"\n== {planned.title} ==", flush=True)
        try:
            outcomes.append((planned.title, *_run(planned, options)))
        except KeyboardInterrupt:
            outcomes.append((planned.title, FAILED, "interrupted: what comes after it did not run"))
            break
    return _tell(outcomes, quick=options.quick)


def _left_out(planned: Planned, *, quick: bool) -> str:
    if quick and planned.quick is None:
        return "has no small form"
    return next(filter(None, map(lacking, planned.needs)), "")


def _run(planned: Planned, options: argparse.Namespace) -> tuple[str, str]:
    """Run one script and return what became of it, with a remark."""
    words = list((planned.quick or ()) if options.quick else planned.words)
    if planned.script in ("lfw_accuracy", "lfw_peers"):
        weights = keras_weights(options.keras_h5)
        words += ["--keras-h5", str(weights)] if weights else []
    folder = options.results or (ROOT / "out" / "bench" / "quick" if options.quick else RESULTS)
    busy = None if options.quick or options.results else busy_share(3.0)
    remark = ""
    if busy is not None and busy > BUSY:
        folder = ROOT / "out" / "bench" / "busy"
        remark = f"{busy:.0%} of the processors were in use before: its result is in {folder}"
    environment = {**os.environ, RESULTS_VARIABLE: str(folder.resolve())}
    command = [sys.executable, str(ROOT / "benchmarks" / f"{planned.script}.py"), *words]
    limit = options.timeout_s or (600.0 if options.quick else None)
    start = time.monotonic()
    try:
        status = subprocess.run(
            command, cwd=ROOT, env=environment, timeout=limit, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        return FAILED, f"not done after {limit:.0f} s"
    kind = KINDS.get(status, FAILED)
    took = f"{time.monotonic() - start:.0f} s"
    return kind, "; ".join(filter(None, (took, remark, _ended(status) if kind == FAILED else "")))


def _ended(status: int) -> str:
    return f"status {status}; its message stands above"


def _tell(outcomes: list[tuple[str, str, str]], *, quick: bool) -> int:
    print("\n== summary ==")
    for title, kind, remark in outcomes:
        print(f"{kind:14}  {title}" + (f"  ({remark})" if remark else ""))
    kinds = [kind for _, kind, _ in outcomes]
    print(", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)))
    # A small form is no measurement, so that its bar says nothing.
    return int(FAILED in kinds or (MISSED_BAR in kinds and not quick))


if __name__ == "__main__":
    raise SystemExit(main())
