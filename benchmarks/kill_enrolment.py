"""Kill the enrolment of 500 people twenty times and look whether anyone acknowledged is missing.

A child process enrols synthetic people and prints each name once the gallery has acknowledged it;
this process kills it (SIGKILL) at a random moment. Then the file is opened as a user would open it.
Half of the kills hit fresh galleries, person by person, and the enrolment is finished afterwards;
the other half hit one and the same gallery again and again, with eight people per transaction.

    python benchmarks/kill_enrolment.py

SIGKILL stands for a crash of the program. A loss of power is not tried here: for that the gallery
relies on SQLite's ``synchronous = FULL``.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from _conditions import conditions, write_result
from facemetric.gallery import Enrolment, NewSample, SqliteGallery

BUNDLE = "synthetic"
CHUNK_PEOPLE = 8


def vector(seed: int, person: int, dim: int) -> np.ndarray:
    values = np.random.default_rng([seed, person]).normal(size=dim)
    return (values / np.linalg.norm(values)).astype(np.float32)


def child(arguments: argparse.Namespace) -> None:
    """Enrol everyone from ``start`` on; one line of output is one acknowledgement."""
    numbers = range(arguments.start, arguments.people)
    people = (
        (
            f"Person {n}",
            [NewSample(vector(arguments.seed, n, arguments.dim), f"{n}.jpg", f"{n:064x}")],
        )
        for n in numbers
    )
    with SqliteGallery(arguments.child, bundle=BUNDLE, dim=arguments.dim) as gallery:
        if arguments.chunked:
            answers = gallery.enroll_many(people, chunk_people=CHUNK_PEOPLE)
        else:
            answers = (gallery.enroll(name, samples) for name, samples in people)
        for number, answer in zip(numbers, answers, strict=True):
            assert isinstance(answer, Enrolment), answer
            print(number, flush=True)


class Enroller:
    """The child process, and what it has acknowledged."""

    def __init__(self, path: Path, start: int, arguments: argparse.Namespace, *, chunked: bool):
        options = ["--child", str(path), "--start", str(start), "--seed", str(arguments.seed)]
        options += ["--people", str(arguments.people), "--dim", str(arguments.dim)]
        self.process = subprocess.Popen(
            [sys.executable, __file__, *options, *(["--chunked"] if chunked else [])],
            stdout=subprocess.PIPE,
        )

    def kill_after(self, acknowledgements: int, delay_s: float) -> list[int]:
        """Kill it a moment after so many acknowledgements; return all that it gave."""
        assert self.process.stdout is not None
        lines = [self.process.stdout.readline() for _ in range(acknowledgements)]
        time.sleep(delay_s)
        self.process.kill()
        rest = self.process.stdout.read()
        assert self.process.wait() == -9, "the child ended before it was killed"
        # A line that was cut short acknowledged nothing.
        return [int(line) for line in (b"".join(lines) + rest).split(b"\n")[:-1]]

    def finish(self) -> list[int]:
        output, _ = self.process.communicate()
        assert self.process.returncode == 0
        return [int(line) for line in output.split()]


def inspect(path: Path, acknowledged: set[int], arguments: argparse.Namespace) -> dict[str, Any]:
    """Open the gallery and count what is wrong with it."""
    began = time.perf_counter()
    with SqliteGallery(path, bundle=BUNDLE, dim=arguments.dim) as gallery:
        open_s = time.perf_counter() - began
        problems = gallery.check()
        vectors = gallery.vectors()
        rows = {vectors.names[person]: row for row, person in enumerate(vectors.person_ids)}
        people = [person.name for person in gallery]
    missing = [n for n in acknowledged if f"Person {n}" not in rows]
    changed = [
        name
        for name, row in rows.items()
        if vectors.embeddings[row].tobytes()
        != vector(arguments.seed, int(name.split()[1]), arguments.dim).tobytes()
    ]
    return {
        "acknowledged": len(acknowledged),
        "missing": len(missing),
        "changed": len(changed),
        "without_sample": len(people) - len(rows),
        "stored_twice": len(vectors) - len(rows),
        "stored_unacknowledged": len(rows) - len(acknowledged) + len(missing),
        "problems": problems,
        "open_s": round(open_s, 4),
    }


def is_sound(found: dict[str, Any], *, in_flight: int) -> bool:
    wrong = ("missing", "changed", "without_sample", "stored_twice")
    return (
        not any(found[name] for name in wrong)
        and not found["problems"]
        and found["stored_unacknowledged"] <= in_flight
    )


def fresh(
    folder: Path, kills: int, dice: random.Random, arguments: argparse.Namespace
) -> list[Any]:
    """Kill, look, finish and look again, each time in a new gallery."""
    rounds = []
    for number in range(kills):
        path = folder / f"fresh-{number}.db"
        # The first kill hits the making of the gallery itself.
        wanted = 0 if number == 0 else dice.randrange(arguments.people - 50)
        delay_s = dice.uniform(0.15, 0.3) if number == 0 else dice.uniform(0, 0.005)
        acknowledged = set(Enroller(path, 0, arguments, chunked=False).kill_after(wanted, delay_s))
        begun = path.exists() and path.stat().st_size > 0
        killed = inspect(path, acknowledged, arguments)
        start = max(acknowledged, default=-1) + 1
        acknowledged |= set(Enroller(path, start, arguments, chunked=False).finish())
        finished = inspect(path, acknowledged, arguments)
        rounds.append(
            {
                "gallery": "fresh",
                "file_begun": begun,
                "after_kill": killed,
                "after_finishing": finished,
                "ok": is_sound(killed, in_flight=1)
                and is_sound(finished, in_flight=0)
                and finished["acknowledged"] == arguments.people,
            }
        )
    return rounds


def continued(
    folder: Path, kills: int, dice: random.Random, arguments: argparse.Namespace
) -> list[Any]:
    """Kill again and again in one gallery, each time going on after the last acknowledgement."""
    rounds: list[Any] = []
    path, acknowledged = folder / "continued.db", set[int]()
    for number in range(kills):
        start = max(acknowledged, default=-1) + 1
        most = (arguments.people - start) // (kills - number) - 2 * CHUNK_PEOPLE
        enroller = Enroller(path, start, arguments, chunked=True)
        given = enroller.kill_after(dice.randint(1, max(most, 1)), dice.uniform(0, 0.005))
        acknowledged |= set(given)
        found = inspect(path, acknowledged, arguments)
        sound = is_sound(found, in_flight=CHUNK_PEOPLE)
        rounds.append({"gallery": "continued", "after_kill": found, "ok": sound})
    start = max(acknowledged, default=-1) + 1
    acknowledged |= set(Enroller(path, start, arguments, chunked=True).finish())
    finished = inspect(path, acknowledged, arguments)
    rounds[-1]["after_finishing"] = finished
    rounds[-1]["ok"] &= is_sound(finished, in_flight=0) and len(acknowledged) == arguments.people
    return rounds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--dim", type=int, default=128)
    parser.add_argument("--seed", type=int, default=0)
    for hidden in ("--child", "--start"):
        parser.add_argument(
            hidden, type=int if hidden == "--start" else str, help=argparse.SUPPRESS
        )
    parser.add_argument("--chunked", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        child(arguments)
        return 0
    dice = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        half = arguments.kills // 2
        rounds = fresh(folder, half, dice, arguments)
        rounds += continued(folder, arguments.kills - half, dice, arguments)
    looks = [look for r in rounds for look in (r["after_kill"], r.get("after_finishing")) if look]
    ours = {
        "kills": len(rounds),
        "kills_survived": sum(r["ok"] for r in rounds),
        "acknowledged_at_kill": sum(r["after_kill"]["acknowledged"] for r in rounds),
        "missing": sum(look["missing"] for look in looks),
        "changed": sum(look["changed"] for look in looks),
        "integrity_problems": sum(len(look["problems"]) for look in looks),
        "longest_open_s": max(look["open_s"] for look in looks),
    }
    passed = ours["kills_survived"] == arguments.kills
    result = {
        "what": "SIGKILL during enrolment",
        "bar": "every acknowledged person is there bit for bit, the file opens, work goes on",
        "passed": passed,
        "ours": ours,
        "rounds": rounds,
        "conditions": conditions(seed=arguments.seed, people=arguments.people, dim=arguments.dim),
    }
    path = write_result("kill_enrolment", result)
    for key, value in ours.items():
        print(f"{key:22} {value}")
    print(f"{'passed' if passed else 'FAILED'}: {path}")
    return 0 if passed else 1


if __name__ == "__main__":
    raise SystemExit(main())
