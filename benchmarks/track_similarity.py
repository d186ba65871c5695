"""What a calibrated threshold is worth when several shots of a face are put together.

People of LFW with six photographs or more: one is enrolled, five are the shots of a visit. For
every threshold, how often is a stranger taken for somebody on a list of five people, and how often
is a listed person found? Beside each other: one shot; the cosine to the mean of the shots brought
to unit norm; the mean of their cosines; and the best of several look-ups as shots come in.

    python benchmarks/track_similarity.py
"""

from __future__ import annotations

import argparse

import numpy as np

from _conditions import conditions, write_result
from _script import run_script
from facemetric.datasets import data_root
from facemetric.recognizer import Recognizer
from facemetric.types import Float64

SHOTS, LIST = 5, 5
RISKS = (0.1, 0.05, 0.02, 0.01, 0.005)


def embeddings(people: int, *, seed: int) -> Float64:
    """Embed one enrolled photograph and five shots of each of so many people: ``(P, 6, D)``."""
    folders = [
        folder
        for folder in sorted((data_root() / "lfw").iterdir())
        if folder.is_dir() and len(list(folder.glob("*.jpg"))) > SHOTS
    ]
    order = np.random.default_rng(seed).permutation(len(folders))[:people]
    recognizer = Recognizer()
    found = []
    for number in order:
        photos = sorted(folders[number].glob("*.jpg"))[: SHOTS + 1]
        seen = list(recognizer.see_many(photos, select="central"))
        faces = [one.faces[0].embedding for one in seen if getattr(one, "faces", ())]
        if len(faces) == SHOTS + 1:
            found.append(np.stack(faces))
    return np.stack(found).astype(np.float64)


def similarities(rows: Float64) -> dict[str, Float64]:
    """Return ``(P, P)`` similarities of each person's visit to each person's enrolled face."""
    enrolled, shots = rows[:, 0], rows[:, 1:]
    single = np.einsum("pkd,qd->kpq", shots, enrolled)
    means = [shots[:, :count].mean(axis=1) @ enrolled.T for count in range(1, SHOTS + 1)]
    whole = shots.mean(axis=1)
    unit = whole / np.linalg.norm(whole, axis=1, keepdims=True)
    return {
        "one shot": single[0],
        "best of five shots": single.max(axis=0),
        "mean of five, unit norm": unit @ enrolled.T,
        "mean of the five cosines": means[-1],
        "the same, best of look-ups at 3, 4, 5": np.max(means[2:], axis=0),
    }


def rates(table: Float64, threshold: float, *, draws: int, seed: int) -> tuple[float, float]:
    """Return how many strangers are named on lists of five, and how many listed people found."""
    rng = np.random.default_rng(seed)
    people = len(table)
    named = looked_up = 0
    for _ in range(draws):
        chosen = rng.choice(people, LIST, replace=False)
        strangers = np.setdiff1d(np.arange(people), chosen)
        named += int((table[np.ix_(strangers, chosen)].max(axis=1) >= threshold).sum())
        looked_up += len(strangers)
    return named / looked_up, float((np.diag(table) >= threshold).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=310)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    rows = embeddings(arguments.people, seed=arguments.seed)
    tables = similarities(rows)
    single = tables["one shot"]
    impostors = np.sort(single[~np.eye(len(single), dtype=bool)])
    result = []
    for risk in RISKS:
        # The threshold at which one shot has this risk, by the rate of its pairs.
        at = float(np.quantile(impostors, (1 - risk) ** (1 / LIST)))
        for name, table in tables.items():
            named, found = rates(table, at, draws=arguments.draws, seed=arguments.seed)
            result.append({"threshold": at, "how": name, "strangers": named, "found": found})
            print(f"{at:.4f}  {name:40} strangers named {named:8.3%}  found {found:6.1%}")
    write_result(
        "track_similarity",
        {
            "conditions": conditions(
                ("onnxruntime",), people=len(rows), list=LIST, draws=arguments.draws
            ),
            "rows": result,
        },
    )


if __name__ == "__main__":
    run_script(main)
