"""Identify over HTTP, beside the library in the same run, and a face_recognition server.

    python benchmarks/service_load.py
    python benchmarks/service_load.py --soak 20000    # memory over so many requests
    python benchmarks/service_load.py --peer          # needs setup_peers.sh

Sixteen clients send LFW photographs (250 × 250 JPEG), one after another, to ``facemetric serve``
with a gallery of 10,000 people: some of LFW, the rest synthetic (the mean of real embeddings and
noise of their spread). The library names the same photographs in the same gallery, in one process
with all cores, for half of the time before and half of it after. The clients share the machine
with the service; the library has it alone.

The peer is face_recognition's default path (HOG, its embedding, the distance to all 10,000) behind
Python's own threading HTTP server, the same clients and photographs.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np

from _conditions import conditions, write_result
from _peer import add_peer_option
from _script import run_script
from _serving import HERE, Serving, call
from facemetric import Recognizer
from facemetric.datasets import data_root
from facemetric.gallery import NewSample

PATH = "/v1/galleries/main/identify?stranger_risk=0.2"
REAL_PEOPLE = 100
MIN_RATIO, MAX_SPREAD, MIN_PEER, MAX_GROWTH = 0.8, 4.0, 5.0, 0.05


def photographs(count: int) -> tuple[list[bytes], list[Path]]:
    """Return photographs to ask for, and others of the people to enrol."""
    folders = sorted(one for one in (data_root() / "lfw").iterdir() if one.is_dir())
    several = [sorted(one.glob("*.jpg")) for one in folders]
    twice = [one for one in several if len(one) > 1]
    asked = [one[1] for one in twice[:REAL_PEOPLE]]
    asked += [one[0] for one in several if len(one) == 1][: max(count - len(asked), 0)]
    return [one.read_bytes() for one in asked[:count]], [one[0] for one in twice[:REAL_PEOPLE]]


def fill(
    path: Path, recognizer: Recognizer, people: int, real: list[Path], seed: int
) -> np.ndarray:
    """Make the gallery; return the embeddings in it."""
    seen = [photo for photo in recognizer.see_many(real, select="central") if photo.faces]
    vectors = np.stack([photo.faces[0].embedding for photo in seen])
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(people - len(seen), vectors.shape[1])) * vectors.std(axis=0)
    made = vectors.mean(axis=0) + noise
    made = (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)
    everyone = [
        (photo.source.rpartition("/")[2], [NewSample(photo.faces[0].embedding, photo.source)])
        for photo in seen
    ]
    everyone += [(f"person {n}", [NewSample(one, f"made {n}")]) for n, one in enumerate(made)]
    with recognizer.open_gallery(path) as gallery:
        for _ in gallery.enroll_many(everyone, chunk_people=1000):
            pass
    return np.concatenate([vectors, made])


def library(recognizer: Recognizer, path: Path, photos: list[bytes], seconds: float) -> list[float]:
    """Return photographs and seconds of the library's own loop."""
    with recognizer.open_gallery(path, read_only=True) as gallery:
        answers = recognizer.identify_many(gallery, cycle(photos), stranger_risk=0.2)
        list(islice(answers, 32))
        started, done = time.perf_counter(), 0
        for _ in answers:
            done += 1
            if time.perf_counter() - started >= seconds:
                break
        return [done, time.perf_counter() - started]


def soak(serving: Serving, photos: list[bytes], requests: int, clients: int) -> dict[str, Any]:
    """Return the memory after each twentieth of so many requests."""
    sizes: list[int] = []
    every = max(requests // 20, 1)

    def look(done: int) -> None:
        if done % every == 0:
            sizes.append(serving.resident_bytes())
            print(f"  {done:>6,} requests  {sizes[-1] / 1e6:.0f} MB", flush=True)

    load = call(
        serving.url, serving.key, PATH, photos, clients=clients, requests=requests, tell=look
    )
    warm = sizes[len(sizes) // 4 :]
    growth = max(abs(size / warm[0] - 1) for size in warm)
    return {
        **load.as_json(),
        "resident_mb": [round(size / 1e6, 1) for size in sizes],
        "largest_change_after_a_quarter": round(growth, 4),
    }


def peer(
    python: Path, vectors: np.ndarray, photos: list[bytes], clients: int, seconds: float
) -> dict[str, Any]:
    """Return what the peer's server does with the same photographs."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "encodings.npy"
        np.save(file, vectors.astype(np.float64))
        process = subprocess.Popen(
            [python, HERE / "peers" / "face_recognition_server.py", file],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            url = process.stdout.readline().strip()
            if not url:
                sys.exit("no peer: run bash benchmarks/setup_peers.sh")
            call(url, None, "/", photos, clients=clients, requests=clients)
            return call(url, None, "/", photos, clients=clients, seconds=seconds).as_json()
        finally:
            process.kill()
            process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--photos", type=int, default=400)
    parser.add_argument("--soak", type=int, default=0, metavar="REQUESTS")
    parser.add_argument("--peer", action="store_true")
    add_peer_option(parser)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--options", nargs="*", default=[], help="further options of serve")
    arguments = parser.parse_args()
    photos, real = photographs(arguments.photos)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.db"
        recognizer = Recognizer()
        vectors = fill(path, recognizer, arguments.people, real, arguments.seed)
        halves = [library(recognizer, path, photos, arguments.seconds / 2)]
        serving = Serving(path, *(f"--{one}" for one in arguments.options))
        try:
            call(serving.url, serving.key, PATH, photos, clients=arguments.clients, requests=64)
            load = call(
                serving.url,
                serving.key,
                PATH,
                photos,
                clients=arguments.clients,
                seconds=arguments.seconds,
            )
            result: dict[str, Any] = {"service": load.as_json()}
            if arguments.soak:
                result["soak"] = soak(serving, photos, arguments.soak, arguments.clients)
        finally:
            serving.kill()
        halves.append(library(recognizer, path, photos, arguments.seconds / 2))
        own = sum(done for done, _ in halves) / sum(seconds for _, seconds in halves)
        result |= {
            "library_per_s": round(own, 2),
            "library_halves_per_s": [round(done / seconds, 2) for done, seconds in halves],
            "ratio": round(load.rate / own, 3),
            "ready_s": round(serving.ready_s, 2),
        }
        if arguments.peer:
            result["peer"] = peer(
                arguments.peer_python, vectors, photos, arguments.clients, arguments.seconds / 2
            )
            result["to_peer"] = round(load.rate / result["peer"]["per_s"], 2)
    told = result["service"]
    print(f"library            {result['library_per_s']:8.1f} photographs/s")
    print(f"service            {told['per_s']:8.1f} /s, {told['errors']} errors")
    print(f"ratio              {result['ratio']:8.2f}  (bar {MIN_RATIO})")
    print(f"p50, p99           {told['p50_ms']:8.1f}, {told['p99_ms']:.1f} ms")
    print(f"p99 / p50          {told['p99_to_p50']:8.2f}  (bar {MAX_SPREAD})")
    print(f"ready after        {result['ready_s']:8.2f} s, {arguments.people:,} people  (bar 3)")
    if arguments.soak:
        growth = result["soak"]["largest_change_after_a_quarter"]
        print(f"memory             {growth:8.1%} after warm-up  (bar {MAX_GROWTH:.0%})")
    if arguments.peer:
        print(f"to the peer        {result['to_peer']:8.1f}  (bar {MIN_PEER})")
    print(
        write_result(
            "service_load",
            {
                **result,
                "conditions": conditions(
                    ("onnxruntime", "fastapi", "uvicorn"),
                    clients=arguments.clients,
                    people=arguments.people,
                    photographs=len(photos),
                    seconds=arguments.seconds,
                    seed=arguments.seed,
                ),
            },
        )
    )


if __name__ == "__main__":
    run_script(main)
