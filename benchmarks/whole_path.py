"""File → identity, ours against face_recognition's default path: LFW images, one thread.

Both enrol the same photograph of each person (the face nearest the centre), then name every face of
the same other photographs, two a person: decode, detect, embed, compare with all who are enrolled.
No flip averaging on either side. They take turns over small groups of images, so that a busy
machine slows both alike; enrolment and a first round are not timed. Photographs of people who are
not enrolled are asked as well, untimed.

Peer environment, once: ``bash benchmarks/setup_peers.sh``.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from _peer import ONE_THREAD, Peer, add_peer_option

os.environ.update(ONE_THREAD)

import cv2
import numpy as np

from _conditions import conditions, write_result
from _script import run_script
from facemetric import Gallery, Recognizer
from facemetric.datasets import data_root, read_identity_folders
from facemetric.decide import Threshold, manual_threshold
from facemetric.errors import CalibrationError

MIN_RATIO = 5.0
GROUP = 10
PROBES_EACH = 2
TOLERANCE = 0.6  # face_recognition's default
UNCALIBRATED = 0.92  # cosine, where the bundle's calibration does not answer for the gallery

Answers = list[dict[str, Any]]


def draw(
    people: int, strangers: int, seed: int
) -> tuple[dict[str, Path], dict[Path, str], list[Path]]:
    """Draw the photographs: to enrol by name, to ask with their true names, of strangers."""
    collection = read_identity_folders(data_root() / "lfw")
    of: dict[str, list[Path]] = {}
    for path, name in zip(collection.paths, collection.people, strict=True):
        of.setdefault(name, []).append(path)
    rng = np.random.default_rng(seed)
    enough = [name for name, paths in of.items() if len(paths) > PROBES_EACH]
    gallery, probes = {}, {}
    for name in rng.choice(enough, people, replace=False).tolist():
        first, *others = rng.permutation(len(of[name]))[: 1 + PROBES_EACH].tolist()
        gallery[name] = of[name][first]
        probes.update((of[name][other], name) for other in others)
    rest = sorted(set(of) - set(gallery))
    strange = [of[name][0] for name in rng.choice(rest, strangers, replace=False).tolist()]
    return gallery, probes, strange


class Ours:
    """The recogniser and its gallery."""

    def __init__(self, recognizer: Recognizer, gallery: Gallery, by_hand: float | None) -> None:
        self.recognizer = recognizer
        self.gallery = gallery
        self.by_hand = by_hand

    def enrol(self, photos: dict[str, Path]) -> int:
        reports = [
            self.recognizer.enroll(self.gallery, name, [path], select="central")
            for name, path in photos.items()
        ]
        self.threshold = self._choose_threshold()
        return sum(report.person_id is not None for report in reports)

    def _choose_threshold(self) -> Threshold:
        try:
            return self.recognizer.gallery_threshold(self.gallery, threshold=self.by_hand)
        except CalibrationError as error:
            print(f"{error}; threshold by hand: {UNCALIBRATED}", file=sys.stderr)
            return manual_threshold(UNCALIBRATED)

    def identify(self, paths: list[Path]) -> Answers:
        answers = []
        for path in paths:
            started = time.perf_counter()
            photo = self.recognizer.identify(
                self.gallery, path, threshold=self.threshold.similarity
            )
            names = [face.name for face in photo.faces]
            answers.append({"seconds": time.perf_counter() - started, "names": names})
        return answers


def theirs(peer: Peer, paths: list[Path]) -> Answers:
    return peer.ask(identify=[str(path) for path in paths], tolerance=TOLERANCE)


def take_turns(ours: Ours, peer: Peer, paths: list[Path]) -> tuple[Answers, Answers]:
    mine: Answers = []
    others: Answers = []
    for first in range(0, len(paths), GROUP):
        mine += ours.identify(paths[first : first + GROUP])
        others += theirs(peer, paths[first : first + GROUP])
    return mine, others


def figures(rounds: list[Answers], names: list[str], strange: Answers) -> dict[str, Any]:
    """Medians over all rounds; shares of the images by what the last round said of their faces."""
    times = [1e3 * answer["seconds"] for answers in rounds for answer in answers]
    said = list(zip([answer["names"] for answer in rounds[-1]], names, strict=True))
    return {
        "median_ms": statistics.median(times),
        "best_round_ms": min(
            statistics.median(1e3 * one["seconds"] for one in answers) for answers in rounds
        ),
        "faces": sum(len(found) for found, _ in said),
        "images_without_face": sum(not found for found, _ in said),
        "identified_rightly": sum(name in found for found, name in said) / len(said),
        "named_otherwise": sum(bool({*found} - {name, None}) for found, name in said) / len(said),
        "strangers_named": sum(any(one["names"]) for one in strange) / max(len(strange), 1),
    }


def measure(options: argparse.Namespace, ours: Ours, peer: Peer) -> dict[str, Any]:
    photos, probes, strangers = draw(options.people, options.strangers, options.seed)
    enrolled = {"ours": ours.enrol(photos)}
    by_name = {name: str(path) for name, path in photos.items()}
    enrolled["peer"] = len(peer.ask(enrol=by_name)["enrolled"])
    paths, names = list(probes), list(probes.values())
    take_turns(ours, peer, paths)  # warms up
    rounds = [take_turns(ours, peer, paths) for _ in range(options.rounds)]
    strange = take_turns(ours, peer, strangers)
    sides = {
        side: figures([turn[place] for turn in rounds], names, strange[place])
        for place, side in enumerate(("ours", "peer"))
    }
    for side, count in enrolled.items():
        sides[side]["enrolled"] = count
    return {
        **sides,
        "ratio": sides["peer"]["median_ms"] / sides["ours"]["median_ms"],
        "images": len(paths),
    }


def print_table(result: dict[str, Any]) -> None:
    print(f"{'':24}{'ours':>12}{'face_recognition':>18}")
    for figure, value in result["ours"].items():
        kind = ".1f" if figure.endswith("_ms") else "d" if isinstance(value, int) else ".1%"
        print(f"{figure:24}{value:>12{kind}}{result['peer'][figure]:>18{kind}}")
    print(f"{'ratio':24}{result['ratio']:>12.1f}   (bar: at least {MIN_RATIO:g})")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=50, help="enrolled; two probes each")
    parser.add_argument("--strangers", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bundle", default="dlib-resnet-v1")
    parser.add_argument("--threshold", type=float, help="cosine, instead of the calibrated one")
    parser.add_argument("--name", default="whole_path", help="of the result's file")
    add_peer_option(parser)
    options = parser.parse_args()

    cv2.setNumThreads(1)
    recognizer = Recognizer(options.bundle, flip=False, threads=1)
    with (
        Peer("face_recognition_names.py", python=options.peer_python) as peer,
        tempfile.TemporaryDirectory() as folder,
        recognizer.open_gallery(Path(folder) / "people.db") as gallery,
    ):
        ours = Ours(recognizer, gallery, options.threshold)
        measured = measure(options, ours, peer)
        about = peer.ready
    passed = measured["ratio"] >= MIN_RATIO
    result = {
        "what": "file to identity against face_recognition, one thread",
        "bar": {"ratio": MIN_RATIO},
        "passed": passed,
        **measured,
        "conditions": conditions(
            ("onnxruntime", "opencv-python-headless"),
            threads=1,
            seed=options.seed,
            rounds=options.rounds,
            images=measured["images"],
            data="LFW deep-funneled, 250x250",
            bundle=options.bundle,
            flip=False,
            faces="all of a picture; in enrolment the one nearest the centre",
            threshold={
                "ours_similarity": ours.threshold.similarity,
                "ours_source": ours.threshold.source,
                "peer_distance": TOLERANCE,
            },
            strangers=options.strangers,
            peer=about,
        ),
    }
    print_table(measured)
    print(f"{'passed' if passed else 'FAILED'}: {write_result(options.name, result)}")
    return 0 if passed else 1


if __name__ == "__main__":
    run_script(main)
