"""What is installed and served, grouped, upgraded and watched."""

from __future__ import annotations

from collections.abc import Iterator

from _summary.row import Result, Row


def install_size(result: Result) -> Iterator[Row]:
    size = "Core install without weights", "≤ 700 MB, no torch"
    load = "`import facemetric`", "≤ 0.3 s"
    help_ = "`facemetric --help`", "≤ 0.7 s"
    if result is None:
        yield from (Row(*size), Row(*load), Row(*help_))
        return
    ours, met = result["ours"], result["met"]
    torch = ", ".join(ours["torch"]) or "no torch"
    shown = f"{ours['megabytes']:.0f} MB, {torch}"
    yield Row(*size, shown, met["megabytes"] and met["no_torch"])
    yield Row(*load, f"{ours['import_s']:.2f} s", met["import_s"])
    yield Row(*help_, f"{ours['help_s']:.2f} s", met["help_s"])


def service_load(result: Result) -> Iterator[Row]:
    rate = "Identify over HTTP, 16 clients, 10,000 people, beside the library", "≥ 0.8 of its rate"
    spread = "The same: errors; p99 to p50", "0; ≤ 4"
    memory = "Memory of the service over 20,000 requests, after warm-up", "± 5 %"
    peer = "Against a face_recognition server", "≥ 5×"
    if result is None:
        yield from (Row(*one) for one in (rate, spread, memory, peer))
        return
    ours = result["service"]
    shown = f"{result['ratio']:.2f} ({ours['per_s']:.1f} of {result['library_per_s']:.1f} /s)"
    yield Row(*rate, shown, result["ratio"] >= 0.8)
    shown = f"{ours['errors']}; {ours['p99_to_p50']:.1f} ({ours['p50_ms']:.0f} ms)"
    yield Row(*spread, shown, ours["errors"] == 0 and ours["p99_to_p50"] <= 4)
    soak, server = result.get("soak"), result.get("peer")
    if soak is None:
        yield Row(*memory)
    else:
        change = soak["largest_change_after_a_quarter"]
        shown = f"{change:.1%} ({soak['resident_mb'][-1]:.0f} MB, {soak['requests']:,} requests)"
        yield Row(*memory, shown, change <= 0.05)
    if server is None:
        yield Row(*peer)
    else:
        yield Row(*peer, f"{result['to_peer']:.1f}×", result["to_peer"] >= 5)


def service_kill(result: Result) -> Iterator[Row]:
    lost = "`kill -9` of the service under load", "nothing acknowledged is lost"
    ready = "The same: ready again, 10,000 people", "≤ 3 s"
    if result is None:
        yield from (Row(*lost), Row(*ready))
        return
    shown = f"{result['kills']} kills, {result['acknowledged']:,} acknowledged, "
    shown += f"{result['problems']} lost, changed or invented"
    yield Row(*lost, shown, result["problems"] == 0)
    yield Row(*ready, f"{result['largest_ready_s']:.1f} s", result["largest_ready_s"] <= 3)


def refusal_time(result: Result) -> Iterator[Row]:
    what, bar = "Time of a refusal: an id that no key has, and a wrong secret", "p ≥ 0.001"
    if result is None:
        yield Row(what, bar)
        return
    parts = []
    for where, name in (("loopback", "over loopback"), ("store", "in the store of keys")):
        told = result[where]["told_apart"]
        parts.append(
            f"{name} {told['median_difference_us']:+.2f} µs, p {told['mann_whitney_p']:.2g}"
        )
    yield Row(what, bar, "; ".join(parts), not result["told_apart_in"])


def clustering(result: Result) -> Iterator[Row]:
    bar = "both F at least as high, ≥ 10× faster"
    if result is None:
        yield Row("Groups of LFW's 13,233 faces beside scikit-learn's HDBSCAN and dlib's", bar)
        return
    ours = result["rows"][0]
    for peer, row in result["peers"].items():
        what = f"Groups of LFW's faces beside {peer}, its setting chosen on LFW's names"
        shown = (
            f"pairwise F {ours['pairwise_f']:.1%} (it {row['pairwise_f']:.1%}), BCubed F "
            f"{ours['bcubed_f']:.1%} ({row['bcubed_f']:.1%}), {row['peer_over_ours']:.0f}×"
        )
        better = all(ours[name] >= row[name] for name in ("pairwise_f", "bcubed_f"))
        yield Row(what, bar, shown, better and row["peer_over_ours"] >= 10)


def clustering_million(result: Result) -> Iterator[Row]:
    what, bar = "Groups of a million drawn faces of 100,000 people", "≤ 15 min, ≤ 8 GB"
    if result is None:
        yield Row(what, bar)
        return
    row = result["rows"][0]
    shown = f"{row['total_s']:.0f} s, {row['peak_gb']:.1f} GB, pairwise F {row['pairwise_f']:.1%}"
    yield Row(what, bar, shown, row["total_s"] <= 900 and row["peak_gb"] <= 8)


def clustering_100k(result: Result) -> Iterator[Row]:
    what, bar = "Groups of 100,000 drawn faces, pairwise F over that of all pairs", "≥ 0.99"
    if result is None:
        yield Row(what, bar)
        return
    share = result["pairwise_f_over_exact"]
    yield Row(what, bar, f"{share:.4f}", share >= 0.99)


def upgrade(result: Result) -> Iterator[Row]:
    what = "dlib-resnet-v1 upgraded to mobilefacenet-ms1m, LFW: new to mapped, below the weaker"
    bar = "≤ 1.5 points"
    if result is None:
        yield Row(what, bar)
        return
    chosen = result["chosen"]
    loss = result["loss_on_lfw"][chosen]
    figures = result["pairs"][f"new - mapped, {chosen}"]["accuracy"]
    shown = f"{100 * loss:.2f} points ({figures['value']:.2%})"
    yield Row(what, bar, shown, loss <= result["bar"])


def watch(result: Result) -> Iterator[Row]:
    speed = "Watching a minute of 640×480 video, five people listed", "≥ 1× real time"
    visits = "Visits of listed people alerted, false alerts", "all, once; 0"
    memory = "Memory of a watch", "≤ 500 MB"
    if result is None:
        yield from (Row(*speed), Row(*visits), Row(*memory))
        return
    yield Row(*speed, f"{result['speed']:.1f}×", result["speed"] >= 1)
    right = result["visits"] - result["missed"]
    told = f"{right} of {result['visits']}; {result['false']}"
    yield Row(*visits, told, not result["missed"] and not result["false"])
    yield Row(*memory, f"{result['peak_mb']:.0f} MB", result["peak_mb"] <= 500)
