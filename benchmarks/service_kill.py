"""Kill the service under load, twenty times, and look what is on the disk.

    python benchmarks/service_kill.py

Clients enrol LFW photographs under new names and erase every seventh person again, others
identify. At a random moment the service is killed (SIGKILL). The gallery is then opened as a user
would: everything that was acknowledged must be there, everyone whose erasure was acknowledged gone,
nobody invented, the file sound. Then it is started again and must answer within three seconds.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from _conditions import conditions, write_result
from _script import run_script
from _serving import Caller, Serving
from facemetric import Gallery, Recognizer
from service_load import PATH, fill, photographs

MAX_READY_S = 3.0
ERASED = 3
MULTIPART = "multipart/form-data; boundary=photo"
PEOPLE = "/v1/galleries/main/people"


class Said:
    """What clients began and what the service acknowledged."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.begun: set[str] = set()
        self.enrolled: dict[str, str] = {}
        self.erasing: set[str] = set()
        self.erased: set[str] = set()
        self.errors: list[str] = []


def enrol(caller: Caller, said: Said, name: str, photo: bytes) -> None:
    head = "--photo\r\nContent-Disposition: form-data; name="
    body = f'{head}"name"\r\n\r\n{name}\r\n{head}"photo"; filename="a.jpg"\r\n\r\n'.encode()
    with said.lock:
        said.begun.add(name)
    path = f"{PEOPLE}?conflicts=allow&select=central"
    status, answer = caller.post(path, body + photo + b"\r\n--photo--\r\n", MULTIPART)
    if status != 201:
        said.errors.append(f"{status} {answer[:100]!r}")
        return
    with said.lock:
        said.enrolled[name] = json.loads(answer)["person_id"]


def erase(caller: Caller, said: Said, name: str) -> None:
    with said.lock:
        said.erasing.add(name)
    status, answer = caller.post(
        f"{PEOPLE}/{said.enrolled[name]}", b"", "application/json", method="DELETE"
    )
    if status == 200:
        with said.lock:
            said.erased.add(name)
    else:
        said.errors.append(f"{status} {answer[:100]!r}")


def work(serving: Serving, said: Said, photos: list[bytes], who: str, writes: bool) -> None:
    """Ask until the service is gone."""
    caller = Caller(serving.url, serving.key)
    number = 0
    try:
        while True:
            photo = photos[number % len(photos)]
            number += 1
            if not writes:
                caller.post(PATH, photo)
                continue
            enrol(caller, said, f"{who} {number}", photo)
            if number % ERASED == 0 and f"{who} {number}" in said.enrolled:
                erase(caller, said, f"{who} {number}")
    except (OSError, http.client.HTTPException):
        caller.close()


def wrong(path: Path, said: Said, before: set[str]) -> list[str]:
    """Return what is not as it was acknowledged."""
    with Gallery.open(path, create=False) as gallery:
        problems = list(gallery.check())
        there = {person.name: person for person in gallery.people()}
    for name, person_id in said.enrolled.items():
        if name in said.erased and name in there:
            problems.append(f"{name} was erased, and is there")
        if name not in said.erasing and (name not in there or there[name].id != person_id):
            problems.append(f"{name} was enrolled, and is not there")
    problems += [f"{name} was invented" for name in there.keys() - before - said.begun]
    problems += [f"{name} was lost" for name in before - there.keys()]
    problems += [f"{one.name} has no photograph" for one in there.values() if not one.samples]
    return problems


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--writers", type=int, default=6)
    parser.add_argument("--readers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    photos, real = photographs(100)
    rounds: list[dict[str, Any]] = []
    failures: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.db"
        fill(path, Recognizer(), arguments.people, real, arguments.seed)
        for kill in range(arguments.kills):
            with Gallery.open(path, create=False, read_only=True) as gallery:
                before = {person.name for person in gallery.people()}
            serving, said = Serving(path), Said()
            threads = [
                threading.Thread(
                    target=work,
                    args=(serving, said, photos, f"kill {kill} of {n}", n < arguments.writers),
                )
                for n in range(arguments.writers + arguments.readers)
            ]
            for thread in threads:
                thread.start()
            time.sleep(rng.uniform(0.5, 4.0))
            serving.kill()
            for thread in threads:
                thread.join()
            problems = wrong(path, said, before)
            failures += problems
            done = {
                "enrolled": len(said.enrolled),
                "erased": len(said.erased),
                "problems": problems[:5],
                "errors": said.errors[:5],
                "ready_s": round(serving.ready_s, 2),
            }
            rounds.append(done)
            print(f"kill {kill + 1:2}: {done}", flush=True)
    acknowledged = sum(one["enrolled"] for one in rounds)
    ready = max(one["ready_s"] for one in rounds[1:] or rounds)
    print(f"acknowledged  {acknowledged} enrolments, {sum(one['erased'] for one in rounds)} erased")
    print(f"problems      {len(failures)}  (bar 0)")
    print(f"ready after   at most {ready:.2f} s  (bar {MAX_READY_S:g})")
    print(
        write_result(
            "service_kill",
            {
                "kills": arguments.kills,
                "acknowledged": acknowledged,
                "problems": len(failures),
                "largest_ready_s": ready,
                "rounds": rounds,
                "conditions": conditions(
                    ("onnxruntime", "fastapi", "uvicorn"),
                    people=arguments.people,
                    writers=arguments.writers,
                    readers=arguments.readers,
                    seed=arguments.seed,
                ),
            },
        )
    )


if __name__ == "__main__":
    run_script(main)
