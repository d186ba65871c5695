"""YouTube Faces, as ``YouTubeFaces.tar.gz`` unpacks: ``frame_images_DB`` and ``splits.txt``."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .draws import deal, strangers, take_in_turn, unordered
from .people import People, several
from .pictures import jitter, read_picture, write_picture

HEADER = "split number, pair number, first name, second name, is same"


def build_youtube_faces(
    root: Path,
    people: People,
    *,
    folds: int = 10,
    pairs_each: int = 250,
    most_videos: int = 6,
    frames: tuple[int, int] = (4, 8),
    long_videos: int = 0,
    seed: int = 0,
) -> Path:
    """Write videos made from photographs: two or more photographs each, none in two videos.

    A frame is one of the video's photographs, a little turned, moved, zoomed and blurred. The
    first ``long_videos`` have 120 frames, more than FaceNet's limit of 100. Only videos of a
    pair are written.
    """
    rng = np.random.default_rng(seed)
    videos = {
        name: _split(list(paths), most_videos, rng) for name, paths in several(people, 4).items()
    }
    named = {n: [f"{n}/{number}" for number in range(len(v))] for n, v in videos.items()}
    lines, used = [HEADER], set()
    for fold, members in enumerate(deal(list(named), folds, rng), start=1):
        mine = {name: named[name] for name in members}
        same = take_in_turn({n: unordered(v) for n, v in mine.items()}, pairs_each, rng)
        pairs = [(*pair, 1) for pair in same]
        pairs += [(*pair, 0) for pair in strangers(mine, mine, len(same), rng)]
        for number, (first, second, genuine) in enumerate(pairs, start=1):
            lines.append(f"{fold}, {number}, {first}, {second}, {genuine}")
            used |= {first, second}
    for row, video in enumerate(sorted(used)):
        name, number = video.split("/")
        count = 120 if row < long_videos else int(rng.integers(frames[0], frames[1] + 1))
        start = int(rng.integers(1, 2000))
        pictures = [read_picture(path) for path in videos[name][int(number)]]
        for step in range(count):
            # Shots follow one another: the frames of one photograph are a stretch of the video.
            picture = pictures[step * len(pictures) // count]
            path = root / "frame_images_DB" / name / number / f"{number}.{start + step}.jpg"
            write_picture(path, jitter(picture, rng), jpeg_quality=int(rng.integers(70, 96)))
    (root / "splits.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root


def _split(paths: list[Path], most: int, rng: np.random.Generator) -> list[list[Path]]:
    count = min(most, len(paths) // 2)
    order = [paths[row] for row in rng.permutation(len(paths))]
    return [sorted(order[number::count]) for number in range(count)]
