"""Make a video in which people of LFW come and go, to watch it.

Five people who are to be listed come twice, ten others once, up to three at a time, in 60 seconds
of 640 x 480 at 25 frames a second. A stay shows one photograph of the person or more, moved, zoomed
and with noise. OUT must be outside the repository: the photographs may not be passed on.

    python benchmarks/make_watch_video.py /tmp/watch

writes OUT/video.mp4, OUT/truth.json (who is in view when) and OUT/enrol.json (another photograph of
each listed person, to enrol).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from facemetric.datasets import data_root

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from layouts.people import lfw_people
from layouts.watch_video import Stay, frames, write_truth, write_video

LENGTH_S, STAY_S, EACH_S, LANES = 60.0, 6.4, 8.2, 3


def plan(
    lfw: Path, *, listed: int, unlisted: int, photos: int, seed: int
) -> tuple[list[Stay], dict[str, Path]]:
    """Draw the people, their photographs and their stays; return also what is to be enrolled."""
    rng = np.random.default_rng(seed)
    people = lfw_people(lfw)
    many = sorted(name for name in people if len(people[name]) >= 1 + 2 * photos)
    known = [str(name) for name in rng.permutation(many)[:listed]]
    others = sorted(n for n in people if len(people[n]) >= photos and n not in known)
    strangers = [str(name) for name in rng.permutation(others)[:unlisted]]
    drawn = {n: [people[n][i] for i in rng.permutation(len(people[n]))] for n in known + strangers}
    half = unlisted // 2
    first = [str(name) for name in rng.permutation(known + strangers[:half])]
    new = iter(strangers[half:])
    second = [name if name in known else next(new) for name in first]
    stays = []
    for number, name in enumerate(first + second):
        lane, row = number % LANES, number // LANES
        start_s = 0.6 + 1.4 * lane + row * EACH_S
        shown = drawn[name][1:] if name in known else drawn[name]
        begin = photos if number >= len(first) and name in known else 0
        chosen = tuple(shown[begin : begin + photos])
        stays.append(Stay(name, name in known, chosen, lane, start_s, start_s + STAY_S))
    return stays, {name: drawn[name][0] for name in known}


def make(out: Path, *, photos: int = 2, seed: int = 0) -> tuple[list[Stay], dict[str, Path]]:
    """Write the video and its truth into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    stays, enrol = plan(data_root() / "lfw", listed=5, unlisted=10, photos=photos, seed=seed)
    assert max(stay.end_s for stay in stays) <= LENGTH_S
    write_video(out / "video.mp4", frames(stays, length_s=LENGTH_S, seed=seed))
    write_truth(out / "truth.json", stays)
    paths = {name: str(path) for name, path in enrol.items()}
    (out / "enrol.json").write_text(json.dumps(paths, indent=1), encoding="utf-8")
    return stays, enrol


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--photos", type=int, default=2, help="photographs in one stay")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    stays, _ = make(arguments.out, photos=arguments.photos, seed=arguments.seed)
    print(f"{arguments.out / 'video.mp4'}: {len(stays)} stays in {LENGTH_S:.0f} s")


if __name__ == "__main__":
    main()
