"""Figures, intervals and thresholds."""

from __future__ import annotations

from collections.abc import Iterator

from _summary.row import Result, Row


def calibration(result: Result) -> Iterator[Row]:
    what = "Strangers in LFW who pass the threshold for FAR 1e-3, by what it says: "
    bar = "0.5 to 2"
    if result is None:
        yield Row(what, bar)
        return
    for bundle, measured in result["bundles"].items():
        check = next(one for one in measured["check"] if one["flip"])
        point = next(one for one in check["points"] if one["far"] == 1e-3)
        ratio, low, high = (
            point[name] / point["far"] for name in ("realised_far", "realised_low", "realised_high")
        )
        shown = f"{ratio:.2f} [{low:.2f}, {high:.2f}], {point['impostor_pairs']:,} pairs"
        yield Row(what + bundle, bar, shown, 0.5 <= ratio <= 2)


def interval_coverage(result: Result) -> Iterator[Row]:
    what, bar = "Coverage of the 95 % interval of TAR at FAR 1e-2", "93 to 97 %"
    if result is None:
        yield Row(what, bar)
        return
    for world, rows in result["worlds"].items():
        ours, pairs = rows["TAR@FAR 1e-2"], rows["TAR@FAR 1e-2, pair bootstrap"]
        shown = (
            f"{ours['coverage']:.1%} of {ours['trials']:,} trials "
            f"(a bootstrap over pairs: {pairs['coverage']:.1%})"
        )
        yield Row(f"{what}, {world}", bar, shown, 0.93 <= ours["coverage"] <= 0.97)


def metric_oracles(result: Result) -> Iterator[Row]:
    what, bar = "Metrics against scikit-learn and loops, largest difference", "≤ 1e-9"
    if result is None:
        yield Row(what, bar)
        return
    worst = result["worst"]
    yield Row(what, bar, f"{worst:.1e} in {result['comparisons']:,} comparisons", worst <= 1e-9)


def metric_speed(result: Result) -> Iterator[Row]:
    pairs = ("6,000 LFW pairs, all figures, 1,000 draws of people", "≤ 5 s")
    every = ("All pairs of LFW, ROC to FAR 1e-6", "≤ 20 s, ≤ 2 GB")
    if result is None:
        yield Row(*pairs)
        yield Row(*every)
        return
    ours, peer = result["list"]["seconds"], result["list"]["peer_seconds"]
    yield Row(*pairs, f"{ours:.2f} s (a loop with scikit-learn {peer:.1f} s)", ours <= 5)
    for way in ("streaming", "exact"):
        run = result["all_pairs"][way]
        shown = f"{run['seconds']:.1f} s, {run['peak_gb']:.2f} GB, {run['pairs']:,} pairs"
        met = run["seconds"] <= 20 and run["peak_gb"] <= 2
        yield Row(f"{every[0]}, {way}", every[1], shown, met)
