"""Kill a program that writes and searches a gallery, fifty times, and look what is on the disk.

    python benchmarks/kill_gallery.py
    python benchmarks/kill_gallery.py --backend milvus
    python benchmarks/kill_gallery.py --backend encrypted    # SQLite, with a key

A child process enrols synthetic people in one thread, every seventh of whom it erases again, and
searches in another for people who were acknowledged. It prints each enrolment and erasure
once the gallery has acknowledged it; this process kills it (SIGKILL) at a random moment and opens
the gallery as a user would. Half of the kills hit fresh galleries, person by person, which are
finished afterwards; the other half hit one and the same, eight people at a time. A SQLite gallery
of these holds 17,000 others already: codes are searched, and snapshots of them are written.

SIGKILL stands for a crash of the program. A loss of power is not tried here: for that the SQLite
gallery relies on ``synchronous = FULL``.

Milvus has no transactions: samples are written before the person whom they belong to, so a kill may
leave samples of nobody, which no search finds. The check must name them and a purge clear them.
"""

from __future__ import annotations

import argparse
import queue
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from _conditions import conditions, write_result
from _script import run_script
from facemetric.gallery import Enrolment, Gallery, NewSample
from facemetric.vault import MasterKey

BUNDLE = "synthetic"
CHUNK_PEOPLE = 8
ERASED = 7
OTHERS = 17_000
ADDRESSES = {
    "encrypted": "{}/{}.db",
    "milvus": "milvus://{}/{}.db",
    "sqlite": "{}/{}.db",
}
KEY = MasterKey(bytes(range(32)))


def vector(seed: int, person: int, dim: int) -> np.ndarray:
    values = np.random.default_rng([seed, person]).normal(size=dim)
    return (values / np.linalg.norm(values)).astype(np.float32)


def opened(address: str, arguments: argparse.Namespace) -> Gallery:
    key = KEY if arguments.backend == "encrypted" else None
    return Gallery.open(address, bundle=BUNDLE, dim=arguments.dim, flip=True, key=key)


def child(arguments: argparse.Namespace) -> None:
    """Enrol everyone from ``start`` on; one line of output is one acknowledgement."""
    known: queue.SimpleQueue[int] = queue.SimpleQueue()
    with opened(arguments.child, arguments) as gallery:
        searcher = threading.Thread(target=search, args=(gallery, known, arguments))
        searcher.start()
        numbers = range(arguments.start, arguments.people)
        people = ((f"Person {n}", sample_of(n, arguments)) for n in numbers)
        if arguments.chunked:
            answers = gallery.enroll_many(people, chunk_people=CHUNK_PEOPLE)
        else:
            answers = (gallery.enroll(name, samples) for name, samples in people)
        for number, answer in zip(numbers, answers, strict=True):
            assert isinstance(answer, Enrolment), answer
            print(f"+{number}", flush=True)
            if number % ERASED == ERASED - 1:
                print(f"?{number}", flush=True)  # from here on it may be gone
                gallery.remove(f"Person {number}", purge=False)
                print(f"-{number}", flush=True)
            else:
                known.put(number)
        known.put(-1)
        searcher.join()


def sample_of(number: int, arguments: argparse.Namespace) -> list[NewSample]:
    own = vector(arguments.seed, number, arguments.dim)
    return [NewSample(own, f"{number}.jpg", f"{number:064x}", flip=True)]


def search(gallery: Gallery, known: queue.SimpleQueue[int], arguments: argparse.Namespace) -> None:
    """Look for people who are there; say ``!`` of one who is not found."""
    while (number := known.get()) >= 0:
        found = gallery.search(vector(arguments.seed, number, arguments.dim)[None], 1)[0]
        if not found or found[0].name != f"Person {number}" or found[0].similarity < 0.9999:
            print(f"!{number}", flush=True)


class Child:
    """The process that writes, and what it has acknowledged."""

    def __init__(self, address: str, start: int, arguments: argparse.Namespace, *, chunked: bool):
        options = ["--child", address, "--start", str(start), "--seed", str(arguments.seed)]
        options += ["--people", str(arguments.people), "--dim", str(arguments.dim)]
        options += ["--backend", arguments.backend]
        self.process = subprocess.Popen(
            [sys.executable, __file__, *options, *(["--chunked"] if chunked else [])],
            stdout=subprocess.PIPE,
        )

    def kill_after(self, acknowledgements: int, delay_s: float) -> list[str]:
        """Kill it a moment after so many lines; return all that it gave."""
        assert self.process.stdout is not None
        lines = [self.process.stdout.readline() for _ in range(acknowledgements)]
        time.sleep(delay_s)
        self.process.kill()
        rest = self.process.stdout.read()
        assert self.process.wait() == -9, "the child ended before it was killed"
        # A line that was cut short acknowledged nothing.
        return [line.decode() for line in (b"".join(lines) + rest).split(b"\n")[:-1]]

    def finish(self) -> list[str]:
        output, _ = self.process.communicate()
        assert self.process.returncode == 0
        return output.decode().split()


class Ledger:
    """What must be in a gallery by what was acknowledged, and what may be."""

    def __init__(self) -> None:
        self.there: set[int] = set()
        self.unsure: set[int] = set()
        self.gone: set[int] = set()
        self.others = 0
        self.not_found = 0
        self.next = 0

    def take(self, lines: list[str]) -> None:
        for line in lines:
            kind, number = line[0], int(line[1:])
            if kind == "+":
                self.there.add(number)
                self.next = max(self.next, number + 1)
            elif kind == "?":
                self.there.discard(number)
                self.unsure.add(number)
            elif kind == "-":
                self.unsure.discard(number)
                self.gone.add(number)
            else:
                self.not_found += 1


def inspect(address: str, ledger: Ledger, arguments: argparse.Namespace) -> dict[str, Any]:
    """Open the gallery and count what is wrong with it."""
    began = time.perf_counter()
    with opened(address, arguments) as gallery:
        open_s = time.perf_counter() - began
        problems = gallery.check()
        left_over = [one for one in problems if "belong to nobody" in one]
        if left_over and arguments.backend == "milvus":
            gallery.purge()
            problems = gallery.check()
        stored = {
            int(record.person.name.split()[1]): record
            for chunk in gallery.records()
            for record in chunk
            if record.person.name.startswith("Person")
        }
        names = [person.name for person in gallery.people()]
    people = sum(name.startswith("Person") for name in names)
    ledger.others = ledger.others or len(names) - people
    whole = [number for number, record in stored.items() if len(record.samples) == 1]
    changed = sum(
        stored[number].samples[0].embedding.tobytes()
        != vector(arguments.seed, number, arguments.dim).tobytes()
        for number in whole
    )
    beyond = set(stored) - ledger.there - ledger.unsure - ledger.gone
    # What was in flight when it died is known from now on: a later round starts behind it.
    in_flight = {number for number in beyond if number >= ledger.next}
    found = {
        "acknowledged": len(ledger.there) + len(ledger.gone),
        "missing": len(ledger.there - set(stored)) + ledger.others - (len(names) - people),
        "come_back": len(ledger.gone & set(stored)),
        "changed": changed,
        "incomplete": len(stored) - len(whole) + abs(people - len(stored)),
        "invented": len(beyond - in_flight),
        "in_flight": len(in_flight),
        "not_found_by_search": ledger.not_found,
        "problems": problems,
        "purged": left_over,
        "open_s": round(open_s, 4),
    }
    ledger.there |= in_flight
    ledger.there |= ledger.unsure & set(stored)
    ledger.gone |= ledger.unsure - set(stored)
    ledger.unsure.clear()
    ledger.next = max([ledger.next, *(number + 1 for number in in_flight)])
    return found


def is_sound(found: dict[str, Any], *, in_flight: int) -> bool:
    wrong = ("missing", "come_back", "changed", "incomplete", "invented", "not_found_by_search")
    return (
        not any(found[name] for name in wrong)
        and not found["problems"]
        and found["in_flight"] <= in_flight
    )


def fresh(
    folder: Path, kills: int, dice: random.Random, arguments: argparse.Namespace
) -> list[Any]:
    """Kill, look, finish and look again, each time in a new gallery."""
    rounds = []
    for number in range(kills):
        address = ADDRESSES[arguments.backend].format(folder, f"fresh{number}")
        ledger = Ledger()
        # The first kill hits the making of the gallery itself.
        wanted = 0 if number == 0 else dice.randrange(arguments.people - 20)
        delay_s = dice.uniform(0.15, 0.3) if number == 0 else dice.uniform(0, 0.005)
        ledger.take(Child(address, 0, arguments, chunked=False).kill_after(wanted, delay_s))
        killed = inspect(address, ledger, arguments)
        ledger.take(Child(address, ledger.next, arguments, chunked=False).finish())
        finished = inspect(address, ledger, arguments)
        ok = is_sound(killed, in_flight=1) and is_sound(finished, in_flight=0)
        rounds.append(
            {
                "gallery": "fresh",
                "after_kill": killed,
                "after_finishing": finished,
                "ok": ok and finished["acknowledged"] == arguments.people,
            }
        )
    return rounds


def continued(
    folder: Path, kills: int, dice: random.Random, arguments: argparse.Namespace
) -> list[Any]:
    """Kill again and again in one gallery, each time going on after the last acknowledgement."""
    rounds: list[Any] = []
    address, ledger = ADDRESSES[arguments.backend].format(folder, "continued"), Ledger()
    if arguments.backend != "milvus":
        ledger.others = OTHERS
        with opened(address, arguments) as gallery:
            people = (
                (
                    f"Other {n}",
                    [NewSample(vector(1, n, arguments.dim), f"other-{n}.jpg", flip=True)],
                )
                for n in range(OTHERS)
            )
            for _ in gallery.enroll_many(people, chunk_people=OTHERS):
                pass
    for number in range(kills):
        most = (arguments.people - ledger.next) // (kills - number) - 2 * CHUNK_PEOPLE
        begun = Child(address, ledger.next, arguments, chunked=True)
        ledger.take(begun.kill_after(dice.randint(1, max(most, 1)), dice.uniform(0, 0.005)))
        found = inspect(address, ledger, arguments)
        sound = is_sound(found, in_flight=CHUNK_PEOPLE)
        rounds.append({"gallery": "continued", "after_kill": found, "ok": sound})
    ledger.take(Child(address, ledger.next, arguments, chunked=True).finish())
    finished = inspect(address, ledger, arguments)
    rounds[-1]["after_finishing"] = finished
    rounds[-1]["ok"] &= is_sound(finished, in_flight=0)
    rounds[-1]["ok"] &= finished["acknowledged"] == arguments.people
    return rounds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--backend", choices=sorted(ADDRESSES), default="sqlite")
    parser.add_argument("--people", type=int, default=800)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--dim", type=int, default=128)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--start", type=int, help=argparse.SUPPRESS)
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
    counted = ("missing", "come_back", "changed", "invented", "not_found_by_search")
    ours = {
        "kills": len(rounds),
        "kills_survived": sum(r["ok"] for r in rounds),
        "acknowledged_at_kill": sum(r["after_kill"]["acknowledged"] for r in rounds),
        **{what: sum(look[what] for look in looks) for what in counted},
        "looks_with_samples_of_nobody": sum(bool(look["purged"]) for look in looks),
        "integrity_problems": sum(len(look["problems"]) for look in looks),
        "longest_open_s": max(look["open_s"] for look in looks),
    }
    passed = ours["kills_survived"] == arguments.kills
    result = {
        "what": f"SIGKILL of a program that writes and searches ({arguments.backend})",
        "bar": "every acknowledged enrolment and erasure holds, bit for bit; nothing is invented",
        "passed": passed,
        "ours": ours,
        "rounds": rounds,
        "conditions": conditions(
            ("milvus-lite",) if arguments.backend == "milvus" else (),
            seed=arguments.seed,
            people=arguments.people,
            dim=arguments.dim,
        ),
    }
    path = write_result(f"kill_gallery_{arguments.backend}", result)
    for key, value in ours.items():
        print(f"{key:22} {value}")
    print(f"{'passed' if passed else 'FAILED'}: {path}")
    return 0 if passed else 1


if __name__ == "__main__":
    run_script(main)
