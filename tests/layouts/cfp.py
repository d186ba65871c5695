"""Celebrities in Frontal-Profile, as ``cfp-dataset.zip`` unpacks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from .draws import deal, strangers, take_in_turn, unordered
from .people import People, link, several


def build_cfp(
    root: Path,
    people: People,
    *,
    folds: int = 10,
    pairs_each: int = 350,
    frontal: int = 10,
    profile: int = 4,
    yaw_deg: Callable[[Path], float] | None = None,
    seed: int = 0,
) -> Path:
    """Write ``Protocol/`` and ``Data/`` with people who have at least six photographs.

    A third of a person's photographs, at most ``profile``, stand for profiles: those with the
    largest ``|yaw_deg|``, the last ones where that is not given. The most frontal of the others,
    at most ``frontal``, are the frontal ones. A fold has at most ``pairs_each`` pairs of a kind.
    """
    rng = np.random.default_rng(seed)
    chosen = several(people, 6)
    numbers = {name: number for number, name in enumerate(sorted(chosen), start=1)}
    lists: dict[str, list[str]] = {"F": [], "P": []}
    rows: dict[str, dict[str, list[int]]] = {"F": {}, "P": {}}
    for name, number in numbers.items():
        paths = list(chosen[name])
        if yaw_deg is not None:
            paths.sort(key=lambda path: (abs(yaw_deg(path)), path))
        turned = min(profile, len(paths) // 3)
        poses = {"F": paths[: len(paths) - turned][:frontal], "P": paths[-turned:]}
        for letter, folder in (("F", "frontal"), ("P", "profile")):
            for shot, photo in enumerate(poses[letter], start=1):
                place = f"Data/Images/{number:03d}/{folder}/{shot:02d}.jpg"
                link(root / place, photo)
                lists[letter].append(f"../{place}")
                rows[letter].setdefault(name, []).append(len(lists[letter]))
    protocol = root / "Protocol"
    _write(root / "Data" / "list_name.txt", list(numbers))
    for letter, names in lists.items():
        lines = [f"{row} {name}" for row, name in enumerate(names, start=1)]
        _write(protocol / f"Pair_list_{letter}.txt", lines)
    for fold, members in enumerate(deal(list(numbers), folds, rng), start=1):
        first = {name: rows["F"][name] for name in members}
        turned_rows = {name: rows["P"][name] for name in members}
        crossed = {n: [(a, b) for a in first[n] for b in turned_rows[n]] for n in members}
        for kind, options, second in (
            ("FF", {n: unordered(first[n]) for n in members}, first),
            ("FP", crossed, turned_rows),
        ):
            same = take_in_turn(options, pairs_each, rng)
            folder = protocol / "Split" / kind / f"{fold:02d}"
            _write(folder / "same.txt", [f"{a},{b}" for a, b in same])
            other = strangers(first, second, len(same), rng)
            _write(folder / "diff.txt", [f"{a},{b}" for a, b in other])
    return root


def _write(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
