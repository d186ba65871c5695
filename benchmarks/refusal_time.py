"""How long the service takes to refuse a key, and whether that tells which keys exist.

    python benchmarks/refusal_time.py

The service is asked over loopback, on one connection, with each kind of key that it refuses, the
kinds in one random order. An id that no key has and an id that one has, with a secret that is not
its own, must take the same time: Mann-Whitney's test over their times, and the share of pairs in
which the first is the slower one. The same again without HTTP, in the store of keys, where a
difference would stand out more. Expired, revoked and under-scoped keys have the right secret, so
that nobody learns from their time what the answer does not say.
"""

from __future__ import annotations

import argparse
import gc
import random
import secrets
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from _conditions import conditions, write_result
from _script import run_script
from _serving import Caller, Serving
from facemetric import Recognizer
from facemetric.service.keystore import KeyStore, now

PATH = "/v1/keys"
LEAST_P = 0.001
STATUS = {"under-scoped": 403}
COMPARED = ("unknown id", "wrong secret")
Make = Callable[[], str | None]


def kinds(store: KeyStore, keys: int, rng: random.Random) -> dict[str, Make]:
    """Return what makes a token of each kind that is refused."""
    made = [store.new(f"key {n}", scopes=["admin"], galleries=["main"]) for n in range(keys)]
    known = [key.id for key, _ in made]
    revoked, revoked_secret = store.new("revoked", scopes=["admin"])
    store.revoke(revoked.id)
    _, reader = store.new("reader", scopes=["read"])
    past = now() - timedelta(days=2)
    with KeyStore(store.path, clock=lambda: past) as before:
        _, expired = before.new("old", scopes=["admin"], expires=past + timedelta(days=1))

    def token(key_id: str) -> str:
        return f"fmk_{key_id}_{secrets.token_urlsafe(32)}"

    return {
        "no key": lambda: None,
        "malformed": lambda: f"fmk_{secrets.token_urlsafe(36)}"[:56],
        "unknown id": lambda: token(secrets.token_hex(4)),
        "wrong secret": lambda: token(rng.choice(known)),
        "expired": lambda: expired,
        "revoked": lambda: revoked_secret,
        "under-scoped": lambda: reader,
    }


def timed(
    order: Sequence[tuple[str, str | None]], ask: Callable[[str, str | None], None]
) -> dict[str, NDArray[np.float64]]:
    """Return the seconds of each asking by its kind."""
    taken: dict[str, list[int]] = {}
    gc.disable()
    try:
        for kind, token in order:
            started = time.perf_counter_ns()
            ask(kind, token)
            taken.setdefault(kind, []).append(time.perf_counter_ns() - started)
    finally:
        gc.enable()
    return {kind: np.array(all_of_it) / 1e9 for kind, all_of_it in taken.items()}


def shuffled(
    makers: Mapping[str, Make], each: int, rng: random.Random
) -> list[tuple[str, str | None]]:
    order = [(kind, make()) for kind, make in makers.items() for _ in range(each)]
    rng.shuffle(order)
    return order


def compared(first: NDArray[np.float64], second: NDArray[np.float64], seed: int) -> dict[str, Any]:
    """Say whether two kinds can be told apart by their times."""
    from scipy.stats import ks_2samp, mannwhitneyu

    test = mannwhitneyu(first, second)
    draws = np.random.default_rng(seed)
    differences = [
        np.median(draws.choice(first, len(first))) - np.median(draws.choice(second, len(second)))
        for _ in range(1000)
    ]
    return {
        "kinds": list(COMPARED),
        "median_difference_us": round(float(np.median(first) - np.median(second)) * 1e6, 3),
        "interval_us": [
            round(float(one) * 1e6, 3) for one in np.percentile(differences, (2.5, 97.5))
        ],
        "first_is_slower": round(float(test.statistic) / (len(first) * len(second)), 4),
        "mann_whitney_p": float(f"{test.pvalue:.3g}"),
        "kolmogorov_smirnov_p": float(f"{ks_2samp(first, second).pvalue:.3g}"),
    }


def figures(times: Mapping[str, NDArray[np.float64]], seed: int) -> dict[str, Any]:
    shown = {
        kind: {
            "median_us": round(float(np.median(one)) * 1e6, 2),
            "quartiles_us": [round(float(q) * 1e6, 2) for q in np.percentile(one, (25, 75))],
        }
        for kind, one in sorted(times.items())
    }
    return {"times": shown, "told_apart": compared(*(times[kind] for kind in COMPARED), seed)}


def over_loopback(
    folder: Path, store: KeyStore, makers: Mapping[str, Make], each: int, rng: random.Random
) -> dict[str, NDArray[np.float64]]:
    serving = Serving(folder / "people.db", "--keys", str(store.path))
    caller = Caller(serving.url, None)

    def ask(kind: str, token: str | None) -> None:
        caller.key = token
        status, _ = caller.post(PATH, b"", method="GET")
        assert status == STATUS.get(kind, 401), (kind, status)

    try:
        timed(shuffled(makers, max(each // 10, 1), rng), ask)  # a first round is not counted
        return timed(shuffled(makers, each, rng), ask)
    finally:
        caller.close()
        serving.kill()


def in_the_store(
    store: KeyStore, makers: Mapping[str, Make], each: int, rng: random.Random
) -> dict[str, NDArray[np.float64]]:
    with_token = {kind: make for kind, make in makers.items() if make() is not None}

    def ask(kind: str, token: str | None) -> None:
        store.check(token or "")

    timed(shuffled(with_token, max(each // 10, 1), rng), ask)
    return timed(shuffled(with_token, each, rng), ask)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--each", type=int, default=4000, help="requests of each kind")
    parser.add_argument("--keys", type=int, default=100, help="keys that the service has")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Recognizer().open_gallery(folder / "people.db").close()
        with KeyStore(folder / "keys.db") as store:
            makers = kinds(store, asked.keys, rng)
            measured = {
                "loopback": over_loopback(folder, store, makers, asked.each, rng),
                "store": in_the_store(store, makers, asked.each, rng),
            }
    result = {where: figures(times, asked.seed) for where, times in measured.items()}
    for where, one in result.items():
        print(where)
        for kind, row in one["times"].items():
            print(f"  {kind:13} {row['median_us']:9.1f} us  quartiles {row['quartiles_us']}")
        told = one["told_apart"]
        print(
            f"  {' - '.join(COMPARED)}: {told['median_difference_us']:+.2f} us "
            f"{told['interval_us']}, slower in {told['first_is_slower']:.1%} of pairs, "
            f"p {told['mann_whitney_p']:.3g}"
        )
    apart = [
        where for where, one in result.items() if one["told_apart"]["mann_whitney_p"] < LEAST_P
    ]
    print("told apart: " + (", ".join(apart) or "nowhere"))
    result["told_apart_in"] = apart
    result["conditions"] = conditions(
        ("fastapi", "uvicorn"), each=asked.each, keys=asked.keys, seed=asked.seed
    )
    print(write_result("refusal_time", result))
    return len(apart)


if __name__ == "__main__":
    run_script(main)
