"""Figures in the documentation are those of the committed results."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BENCHMARKS = ROOT / "benchmarks"

Claim = tuple[str, str, str, list[str]]
"""A page, words on it with the figures' formats, a result, and where in it the figures stand."""

HOW_TO, EXPLAINED = "docs/how-to", "docs/explanation"
GALLERY = f"{HOW_TO}/choose-a-gallery.md"
CLAIMS: tuple[Claim, ...] = (
    (
        f"{HOW_TO}/cluster-a-folder.md",
        "took {:.0f} seconds on two cores ({:.0f} of processor time) and {:.1f} GB, "
        "with a pairwise F of {:.3f}",
        "clustering_million",
        ["rows/0/total_s", "rows/0/cpu_s", "rows/0/peak_gb", "rows/0/pairwise_f"],
    ),
    (GALLERY, "every code once: {:.0f} ms for a million", "gallery_scale", ["opened/search_1_ms"]),
    (
        GALLERY,
        "| 10⁶ | file | {:.0f} MB | 1 GB | {:.0f} ms |",
        "gallery_scale",
        ["writing/snapshot_mb", "opened/search_1_ms"],
    ),
    (
        GALLERY,
        "| 10⁷ | file, or a server with an index | 1.3 GB of codes | 10 GB "
        "| {:.0f} ms (codes alone) |",
        "codes_in_memory",
        ["index/search_1_ms"],
    ),
    (GALLERY, "On the disk: {:.0f} bytes", "gallery_scale", ["writing/store_mb"]),
    (
        GALLERY,
        "a second, a thousand people a transaction | {:,.0f} | {:,.0f} | {:,.0f} |",
        "gallery_backends",
        [f"found/{store}/bulk_faces_per_s" for store in ("SQLite", "PostgreSQL", "Milvus Lite")],
    ),
    (
        GALLERY,
        "| one person enrolled, durable (median) | {:.1f} ms | {:.1f} ms | {:.0f} ms |",
        "gallery_backends",
        [f"found/{store}/single/median_ms" for store in ("SQLite", "PostgreSQL", "Milvus Lite")],
    ),
    (
        GALLERY,
        "| bytes a face on the disk | {:,.0f} | {:,.0f} | {:,.0f} |",
        "gallery_backends",
        [f"found/{store}/bytes_per_face" for store in ("SQLite", "PostgreSQL", "Milvus Lite")],
    ),
    (
        GALLERY,
        "| one query | {:.1f} ms | {:.0f} ms; HNSW {:.1f} ms | {:.0f} ms |",
        "gallery_backends",
        [
            f"found/{store}/search/one query/median_ms"
            for store in ("SQLite", "PostgreSQL", "PostgreSQL/hnsw", "Milvus Lite")
        ],
    ),
    (
        GALLERY,
        "| every code, exact | {:.1f} ms | {:.0%} | {:.0f} MB | {:.1f} s |",
        "approximate_search",
        [
            f"faces/100000/ours, exact on codes/{figure}"
            for figure in ("query_ms", "recall_at_10", "memory_mb", "build_s")
        ],
    ),
    (
        GALLERY,
        "At a million the exact search takes {:.0f} ms",
        "exact_search",
        ["1000 * speed/one query/median_s/ours"],
    ),
    (
        GALLERY,
        "An encrypted file is {:.2f} times as large",
        "encrypted_gallery",
        ["ratio/bytes_a_face"],
    ),
    (
        f"{HOW_TO}/encrypt-a-gallery.md",
        "The file is {:.2f} times as large",
        "encrypted_gallery",
        ["ratio/bytes_a_face"],
    ),
    (
        f"{HOW_TO}/make-a-dataset.md",
        "| LFW | {:.0%} | {:.0%} | {:.0%} |",
        "make_dataset",
        [
            f"labels/lfw/swapped_0.01/{figure}"
            for figure in ("recall", "precision", "precision_of_first")
        ],
    ),
    (
        f"{HOW_TO}/make-a-dataset.md",
        "the bundle names {:d} of {:,d} images",
        "make_dataset",
        ["labels/lfw/suspects_as_it_is", "labels/lfw/judged"],
    ),
    (
        f"{EXPLAINED}/leakage.md",
        "takes {:.2f} ms, half of that package's {:.2f} ms",
        "near_duplicates",
        ["speed/ms_a_photograph", "speed/peer_ms_a_photograph"],
    ),
    (
        f"{EXPLAINED}/leakage.md",
        "finds {:d} pairs in LFW and {:d} in CelebA, of which {:d} are identical files "
        "and {:d} mirrored",
        "near_duplicates",
        [
            "within/LFW/found",
            "within/CelebA/found",
            "within/CelebA/identical_files",
            "within/CelebA/mirrored",
        ],
    ),
    (
        f"{EXPLAINED}/thresholds.md",
        "the factor is {:.2f}",
        "calibration_transfer",
        ["rows/faces without a complaint/1/realised_by_nominal"],
    ),
    (
        f"{HOW_TO}/change-the-model.md",
        "| one by each, `mlp` | {:.2f} [{:.2f}, {:.2f}] | {:.2f} |",
        "upgrade",
        [
            f"100 * pairs/new - mapped, mlp/{figure}"
            for figure in (
                "accuracy/value",
                "accuracy/low",
                "accuracy/high",
                "TAR at FAR 0.01/value",
            )
        ],
    ),
    *(
        (
            f"{HOW_TO}/change-the-model.md",
            f"| {gallery} | {network} | {{:.1f}} | {{:.1f}} |",
            "upgrade",
            [
                f"100 * identification/{row}/{figure}/value"
                for figure in ("rank_1", "dir_at_fpir_0.01")
            ],
        )
        for gallery, network, row in (
            ("dlib-resnet-v1", "dlib-resnet-v1", "dlib-resnet-v1"),
            (
                "upgraded, all mapped",
                "mobilefacenet-ms1m",
                "mobilefacenet-ms1m in the upgraded gallery",
            ),
            ("enrolled anew", "mobilefacenet-ms1m", "mobilefacenet-ms1m enrolled anew"),
        )
    ),
    *(
        (
            f"{EXPLAINED}/peers.md",
            f"{words} | {{:.2f}}% [{{:.2f}}, {{:.2f}}] | {{:.2f}}% | {{:.2f}}% |",
            "lfw_peers",
            [
                f"100 * rows/{row}/figures/{figure}"
                for figure in (
                    "accuracy/value",
                    "accuracy/low",
                    "accuracy/high",
                    "TAR at FAR 0.01/value",
                    "equal error rate/value",
                )
            ],
        )
        for row, words in enumerate(
            (
                "its own detection, landmarks and embedding | 7,661 of 7,701",
                "facemetric, `dlib-resnet-v1` (the same weights) | 7,700",
                "facemetric, `mobilefacenet-ms1m` | 7,700",
                "facemetric, Keras FaceNet | 7,700",
            )
        )
    ),
    *(
        (
            f"{EXPLAINED}/intervals.md",
            f"| {figure} | {{:.1%}}",
            "interval_coverage",
            [f"worlds/alike/{name}/coverage"],
        )
        for figure, name in (
            ("TAR at FAR 1e-2", "TAR@FAR 1e-2"),
            ("equal error rate", "equal error rate"),
            ("10-fold accuracy", "10-fold accuracy"),
            ("rank 1", "rank-1"),
            ("DIR at FPIR 1e-2", "DIR@FPIR 1e-2"),
        )
    ),
    *(
        (
            f"{EXPLAINED}/training-studies.md",
            f"| {row.replace(' - ', ' – ')} | {{:.1f}} ± {{:.1f}} | {{:.1f}} | {{:.1f}} |",
            "harmonic",
            [
                f"100 * pairs/{row}/{figure}"
                for figure in ("accuracy", "standard_error", "val_at_far_0.1", "val_at_far_0.01")
            ],
        )
        for row in ("v1 - v1", "v2 - v2", "v2 - v1", "harmonic - v1", "harmonic - harmonic")
    ),
    *(
        (
            f"{EXPLAINED}/watching.md",
            f"| {words} | {{:.1%}} | {{:.0%}}"
            if row > 15
            else f"| {words} | {{:.1%}} | {{:.1%}} |",
            "track_similarity",
            [f"rows/{row}/strangers", f"rows/{row}/found"],
        )
        for row, words in (
            (15, "one shot"),
            (16, "the best of five shots"),
            (17, "mean of five, brought to unit norm"),
            (18, "mean of the five cosines"),
            (19, "the same, best of look-ups with 3, 4 and 5 shots"),
        )
    ),
    (
        f"{EXPLAINED}/watching.md",
        "{:d} of {:d} were missed at 0.01 and {:d} at 0.05, with {:d} and {:d} false alerts",
        "watch_corrected",
        [
            f"by_stranger_risk/{figure}"
            for figure in ("0.01/missed", "0.01/visits", "0.05/missed", "0.01/false", "0.05/false")
        ],
    ),
    *(
        (
            f"{EXPLAINED}/watching.md",
            f"| {rate} | "
            + " | ".join([f"{{:.{digits}f}} → {{:.{digits}f}} | {{:.1%}} → {{:.1%}}"] * 2),
            "calibrate_spread",
            [
                f"rows/{row}/{figure}/{place}"
                for first in (0, 2)
                for figure in ("strangers", "missed")
                for row in (first, first + 1)
            ],
        )
        for place, (rate, digits) in enumerate((("0.01", 4), ("0.001", 5), ("0.0001", 6)))
    ),
    *(
        (
            f"{EXPLAINED}/watching.md",
            f"| {words} | {' | '.join(['× {:.2f} [{:.2f}, {:.2f}]'] * 4)} |",
            "separation",
            [
                f"tests/{test}/ways/{row}/{part}"
                for test in ("LFW", "CelebA")
                for row in (way, way + 1)
                for part in ("ratio", "ratio_95/0", "ratio_95/1")
            ],
        )
        for way, words in (
            (2, "without the mirror image"),
            (4, "five cuts of the enrolled photograph, turned and shifted a little"),
            (6, "five cuts of every shot too"),
            (8, "mean brought to unit norm (exponent 1)"),
            (12, "the cohort's mean taken off"),
            (14, "corrected, exponent 0.25"),
            (20, "scores normalised by the nearest 300 of a cohort of CelebA"),
        )
    ),
)


@cache
def page(name: str) -> str:
    """Return a page on one line, without bold type and with per cent behind its number."""
    text = re.sub(r"\s+", " ", (ROOT / name).read_text(encoding="utf-8"))
    return text.replace("**", "").replace(" %", "%")


@cache
def result(name: str) -> Any:
    return json.loads((BENCHMARKS / "results" / f"{name}.json").read_text(encoding="utf-8"))


def figure(name: str, path: str) -> Any:
    """Return a figure of a result; ``1000 * path`` in thousandths of its unit."""
    factor, _, keys = path.rpartition(" * ")
    found = result(name)
    for key in keys.split("/"):
        found = found[int(key)] if isinstance(found, list) else found[key]
    return found * int(factor) if factor else found


@pytest.mark.parametrize(("name", "words", "source", "paths"), CLAIMS)
def test_a_page_says_what_was_measured(
    name: str, words: str, source: str, paths: list[str]
) -> None:
    said = words.format(*(figure(source, path) for path in paths))
    assert said in page(name), f"{name}: {source}.json has it otherwise"


def test_the_table_of_the_readme_is_that_of_the_results() -> None:
    command = [sys.executable, str(BENCHMARKS / "summary.py")]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [line for line in printed.splitlines() if line.startswith("| ")]
    assert len(rows) > 50
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    stale = [row for row in rows if row not in readme]
    assert not stale, "run: python benchmarks/summary.py --into README.md"
