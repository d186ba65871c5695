"""Watch a minute of video for five people: real time, alerts against the truth, memory.

The video is made of LFW (``make_watch_video.py``): five people come twice, ten others once. One
other photograph of each of the five is enrolled. The real command is run on it, as fast as it goes,
and then at the video's own speed, where late frames are dropped. An alert is right where that
person is in view and the visit has had none; every other is a false one. The thresholds are those
of the stranger risks named: what a higher one finds more, and whom it takes for another, stands
beside the default.

    python benchmarks/watch.py
    python benchmarks/watch.py --decide-on corrected --fastest
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _conditions import conditions, write_result
from _script import run_script
from facemetric.recognizer import Recognizer
from make_watch_video import LENGTH_S, make

COOL_DOWN_S = 8.0


@dataclass
class Score:
    """Alerts beside the truth."""

    visits: int
    right: int
    missed: list[str]
    false: list[str]
    delays_s: list[float]


def score(stays: list[dict[str, Any]], alerts: list[dict[str, Any]]) -> Score:
    """Match alerts to the stays of listed people, each at most once."""
    listed = [stay for stay in stays if stay["listed"]]
    open_stays = list(listed)
    false, delays_s = [], []
    for alert in alerts:
        stay = next(
            (
                one
                for one in open_stays
                if one["person"] == alert["name"]
                and one["start_s"] <= alert["stream_s"] <= one["end_s"]
            ),
            None,
        )
        if stay is None:
            false.append(f"{alert['name']} at {alert['stream_s']:.1f} s")
        else:
            open_stays.remove(stay)
            delays_s.append(alert["stream_s"] - stay["start_s"])
    missed = [f"{one['person']} at {one['start_s']:.1f} s" for one in open_stays]
    return Score(len(listed), len(delays_s), missed, false, delays_s)


def run(video: Path, gallery: Path, options: list[str]) -> tuple[list[dict[str, Any]], float]:
    """Run the command; return its documents and the peak of its memory in MB."""
    command = [sys.executable, "-m", "facemetric", "watch", str(video), "--gallery", str(gallery)]
    command += ["--json", "--cool-down", str(COOL_DOWN_S), *options]
    script = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:]);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr);"
        "sys.exit(done.returncode)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *command], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(done.stderr)
    peak_mb = int(done.stderr.splitlines()[-1]) / 1024
    return [json.loads(line) for line in done.stdout.splitlines()], peak_mb


def measure(
    folder: Path, *, seed: int, photos: int, runs: list[tuple[float, bool]], options: list[str]
) -> list[dict[str, Any]]:
    """Make one video and watch it at each stranger risk, as fast as it goes or at its own pace."""
    _, enrol = make(folder, photos=photos, seed=seed)
    stays = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    recognizer = Recognizer()
    with recognizer.open_gallery(folder / "people.db") as gallery:
        for name, path in enrol.items():
            report = recognizer.enroll(gallery, name, [path], select="central")
            assert report.person_id, report.errors
    rows = []
    for risk, own_pace in runs:
        chosen = [*options, "--stranger-risk", str(risk), *(["--realtime"] if own_pace else [])]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        documents, peak_mb = run(folder / "video.mp4", folder / "people.db", chosen)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        alerts = [one for one in documents if one["schema"] == "facemetric.watch-alert/1"]
        summary = documents[-1]
        found = score(stays, alerts)
        rows.append(
            {
                "seed": seed,
                "stranger_risk": risk,
                "realtime": own_pace,
                "speed": summary["speed"],
                "cpu_s": after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime,
                "peak_mb": peak_mb,
                "threshold": summary["threshold"],
                "frames": summary["sources"][0]["frames"],
                "looked_at": summary["sources"][0]["looked_at"],
                "dropped": summary["sources"][0]["dropped"],
                "visits": found.visits,
                "right": found.right,
                # Positions, not names: results are published.
                "missed": len(found.missed),
                "false": len(found.false),
                "delay_s": sorted(found.delays_s)[len(found.delays_s) // 2]
                if found.delays_s
                else None,
                "similarities": sorted(round(alert["similarity"], 4) for alert in alerts),
            }
        )
        for text in found.missed:
            print(f"seed {seed}: missed {text}", file=sys.stderr)
        for text in found.false:
            print(f"seed {seed}: false {text}", file=sys.stderr)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=6, help="so many videos of other people")
    parser.add_argument("--photos", type=int, default=2, help="photographs in one stay")
    parser.add_argument("--every", type=int, default=5)
    parser.add_argument("--min-face", type=float, default=None)
    parser.add_argument("--stranger-risks", type=float, nargs="+", default=[0.01, 0.05])
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--decide-on", choices=["mean", "corrected"], default="mean")
    parser.add_argument("--fastest", action="store_true", help="leave out the video's own speed")
    arguments = parser.parse_args()
    default, *_ = arguments.stranger_risks
    runs = [(risk, False) for risk in arguments.stranger_risks]
    runs += [] if arguments.fastest else [(default, True)]
    options = ["--every", str(arguments.every), "--decide-on", arguments.decide_on]
    if arguments.min_face is not None:
        options += ["--min-face", str(arguments.min_face)]
    if arguments.threads is not None:
        options += ["--threads", str(arguments.threads)]
    rows: list[dict[str, Any]] = []
    for seed in range(arguments.seeds):
        with tempfile.TemporaryDirectory() as scratch:
            rows += measure(
                Path(scratch), seed=seed, photos=arguments.photos, runs=runs, options=options
            )
    print("video  risk  pace     speed  CPU s  peak MB  looked at  dropped  alerts  false  after")
    for row in rows:
        pace = "own" if row["realtime"] else "fastest"
        print(
            f"{row['seed']:5} {row['stranger_risk']:5}  {pace:7} {row['speed']:5.2f}x "
            f"{row['cpu_s']:6.1f} {row['peak_mb']:8.0f} {row['looked_at']:10} {row['dropped']:8} "
            f"{row['right']:4}/{row['visits']:<2} {row['false']:6} {row['delay_s']:5.1f} s"
        )
    fastest = [row for row in rows if not row["realtime"]]
    counted = {
        str(risk): {
            what: sum(row[what] for row in fastest if row["stranger_risk"] == risk)
            for what in ("visits", "missed", "false")
        }
        for risk in arguments.stranger_risks
    }
    print(counted)
    result = {
        "conditions": conditions(
            ("onnxruntime", "av"),
            video=f"{LENGTH_S:.0f} s, 640x480, 25 fps",
            options=options,
            photos_a_stay=arguments.photos,
            threads=arguments.threads or 1,
        ),
        "bar": "speed >= 1, every visit of a listed person alerted once, no false alert, <= 500 MB",
        "speed": min(row["speed"] for row in fastest),
        "peak_mb": max(row["peak_mb"] for row in rows),
        **counted[str(default)],
        "by_stranger_risk": counted,
        "rows": rows,
    }
    name = "watch" if arguments.decide_on == "mean" else f"watch_{arguments.decide_on}"
    print(write_result(name, result))


if __name__ == "__main__":
    run_script(main)
