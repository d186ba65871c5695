"""One Markdown table of the results in ``results/``: what, the bar, what was measured, met or not.

python benchmarks/summary.py
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _conditions import RESULTS

NOT_MEASURED = "not measured"
ACCURACY_BARS = {"dlib-resnet-v1": 0.9915, "mobilefacenet-ms1m": 0.9930, "keras-facenet": 0.9920}
LEAST_FACES = 7700


@dataclass(frozen=True)
class Row:
    """One line of the table; ``met`` is ``None`` where there is no bar or no figure."""

    what: str
    bar: str
    measured: str = NOT_MEASURED
    met: bool | None = None


Result = dict[str, Any] | None


def lfw_accuracy(result: Result) -> Iterator[Row]:
    measured = {row["bundle"]: row for row in result["rows"] if row["flip"]} if result else {}
    for bundle, bar in ACCURACY_BARS.items():
        what, wanted = f"LFW 10-fold accuracy, {bundle}", f"≥ {bar:.2%}"
        row = measured.get(bundle)
        if row is None:
            yield Row(what, wanted)
            continue
        accuracy, deviation = row["accuracy"], row["accuracy_std"]
        yield Row(what, wanted, f"{accuracy:.2%} ± {deviation:.2%}", accuracy >= bar)
    what, wanted = "LFW faces found", f"≥ {LEAST_FACES:,} of 7,701"
    if not measured:
        yield Row(what, wanted)
        return
    row = next(iter(measured.values()))
    found = row["faces_found"]
    yield Row(what, wanted, f"{found:,} of {row['images']:,}", found >= LEAST_FACES)


def dlib_embeddings(result: Result) -> Iterator[Row]:
    same = "Raw embeddings against dlib's, largest difference", "≤ 1e-5"
    fast = "Embedding time against dlib", "≥ 10× faster"
    if result is None:
        yield from (Row(*same), Row(*fast))
        return
    difference, bars = result["max_abs_difference"], result["bars"]
    yield Row(*same, f"{difference:.1e}", difference <= bars["max_abs_difference"])
    times = result["milliseconds_a_face"]
    shown = [
        f"{time['ratio']:.1f}× ({time['peer_ms']:.0f} → {time['ours_ms']:.1f} ms, "
        f"{name.replace('_', ' of ')})"
        for name, time in times.items()
    ]
    slowest = min(time["ratio"] for time in times.values())
    yield Row(*fast, "; ".join(shown), slowest >= bars["ratio"])


def detection(result: Result) -> Iterator[Row]:
    fast = "MTCNN against facenet-pytorch's", "≥ 3× faster"
    same = "Its faces found by ours (IoU ≥ 0.7), pictures widened by 128 px", "≥ 99 %"
    bare = "The same, pictures as they are", "–"
    if result is None:
        yield from (Row(*fast), Row(*same), Row(*bare))
        return
    rows = result["results"]
    shown = [
        f"{row['ratio']:.1f}× ({row['peer_ms']:.0f} → {row['ours_ms']:.0f} ms, faces from "
        f"{row['min_face_px']} px)"
        for row in rows
    ]
    yield Row(*fast, "; ".join(shown), min(row["ratio"] for row in rows) >= result["bar"]["ratio"])
    for row in rows:
        share = row["widened"]["peer_faces"]["all"]["matched"]
        what = f"{same[0]}, from {row['min_face_px']} px"
        yield Row(what, same[1], f"{share:.1%}", share >= 0.99)
    shares = {name: tally["matched"] for name, tally in rows[0]["peer_faces"].items()}
    shown = [f"{name.replace('_', ' ')} {share:.1%}" for name, share in shares.items()]
    yield Row(*bare, ", ".join(shown))


def whole_path(result: Result) -> Iterator[Row]:
    what, bar = "File → identity against face_recognition", "≥ 5× faster"
    if result is None:
        yield Row(what, bar)
        return
    ours, peer = result["ours"], result["peer"]
    shown = (
        f"{result['ratio']:.1f}× ({peer['median_ms']:.0f} → {ours['median_ms']:.0f} ms; "
        f"named rightly {ours['identified_rightly']:.0%}, strangers named "
        f"{ours['strangers_named']:.0%}; it {peer['identified_rightly']:.0%} and "
        f"{peer['strangers_named']:.0%})"
    )
    yield Row(what, bar, shown, result["ratio"] >= result["bar"]["ratio"])


def large_photo(result: Result) -> Iterator[Row]:
    what, bar = "4,000 × 3,000 JPEG → embedding, share of facenet-pytorch's time", "≤ 1/3"
    if result is None:
        yield Row(what, bar)
        return
    ours = result["ours"]["median_ms"]
    shown = [
        f"{row['ratio']:.2f} ({row['median_ms']:,.0f} → {ours:.0f} ms, its faces from "
        f"{row['min_face_px']} px)"
        for row in result["peer"]
    ]
    yield Row(what, bar, "; ".join(shown), result["peer"][0]["ratio"] <= result["bar"]["ratio"])


def codes(result: Result) -> Iterator[Row]:
    error = "1 byte per dimension: cosine error on LFW's pairs", "≤ 0.004"
    accuracy = "1 byte per dimension: LFW accuracy", "within 0.05 points"
    if result is None:
        yield from (Row(*error), Row(*accuracy))
        return
    ours, peer = result["ours"], result["peer"]
    worst = ours["max_cosine_error"]
    yield Row(*error, f"{worst:.4f}", worst <= 0.004)
    change = ours["accuracy"] - peer["accuracy"]
    shown = f"{100 * change:+.3f} points ({ours['accuracy']:.2%}, float32 {peer['accuracy']:.2%})"
    yield Row(*accuracy, shown, abs(change) <= 0.0005)


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


def kill_gallery_sqlite(result: Result) -> Iterator[Row]:
    yield _killed("SQLite", result)


def kill_gallery_encrypted(result: Result) -> Iterator[Row]:
    yield _killed("SQLite, encrypted", result)


def stored_traces(result: Result) -> Iterator[Row]:
    what = "Templates and names found in the files of an encrypted gallery, or erased from any"
    if result is None:
        yield Row(what, "none")
        return
    rows = [
        row
        for row in result["rows"]
        if row["gallery"] == "encrypted" or row["moment"].endswith("the erased")
    ]
    found = sum(row["templates_found"] + row["names_found"] for row in rows)
    people = result["conditions"]["people"]
    yield Row(what, "none", f"{found} of {people:,} people's", found == 0)


def encrypted_gallery(result: Result) -> Iterator[Row]:
    names = {
        "bulk_enrolments_per_s": "enrolment rate",
        "open_with_snapshot_s": "opening",
        "search_ms": "one search",
    }
    what = f"Encrypted against plain gallery: {', '.join(names.values())}"
    if result is None:
        yield Row(what, "")
        return
    yield Row(what, "", ", ".join(f"{result['ratio'][name]:.2f}×" for name in names))


def kill_gallery_milvus(result: Result) -> Iterator[Row]:
    yield _killed("Milvus Lite", result)


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


def _killed(store: str, result: Result) -> Row:
    what = f"`kill -9` of a program that writes and searches, {store}"
    bar = "nothing acknowledged is lost, nothing is invented"
    if result is None:
        return Row(what, bar)
    ours = result["ours"]
    wrong = sum(ours[name] for name in ("missing", "come_back", "changed", "invented"))
    shown = (
        f"{ours['kills_survived']} of {ours['kills']} kills, {ours['acknowledged_at_kill']:,} "
        f"acknowledged, {wrong} lost, changed or invented"
    )
    return Row(what, bar, shown, result["passed"])


def mutated_images(result: Result) -> Iterator[Row]:
    what, bar = "1,000 damaged images", "no crash, no hang, each named"
    if result is None:
        yield Row(what, bar)
        return
    shown = (
        f"{result['items']:,}: {result['crashes']} crashes, {result['hangs']} hangs, "
        f"{result['escaped_errors']} unnamed"
    )
    failed = result["crashes"] + result["hangs"] + result["escaped_errors"]
    yield Row(what, bar, shown, failed == 0)


def augmentation(result: Result) -> Iterator[Row]:
    change = "Flip and shift of a 112×112 chip, with its random numbers", "≤ 30 µs"
    decode = "Checked decoding of a chip against OpenCV's", "≤ 1.35×"
    if result is None:
        yield from (Row(*change), Row(*decode))
        return
    bars, whole, decoding = result["bars"], result["whole"], result["decoding"]
    taken = whole["flip_and_crop_us"]
    yield Row(*change, f"{taken:.0f} µs", taken <= bars["flip_and_crop_us"])
    against = decoding["against_opencv"]
    shown = f"{against:.2f}× ({decoding['opencv_us']:.0f} → {decoding['ours_us']:.0f} µs)"
    yield Row(*decode, shown, against <= bars["decode_against_opencv"])


def few_shot(result: Result) -> Iterator[Row]:
    what, bar = "One photograph a person, nearest neighbour: right person first", ""
    if result is None:
        yield Row(what, bar)
        return
    shown = [
        f"{row['closed_set_accuracy']:.1%} ({row['ways']} people)"
        for row in result["rows"]
        if row["classifier"] == "nearest" and row["shots"] == 1
    ]
    yield Row(what, bar, ", ".join(shown))


def lfw_peers(result: Result) -> Iterator[Row]:
    what, bar = "LFW through face_recognition's own code", "ours is better, over the same people"
    if result is None:
        yield Row(what, bar)
        return
    peer, ours = result["rows"][0], result["rows"][1]
    less = ours["accuracy_less_peer"]
    shown = (
        f"{peer['figures']['accuracy']['value']:.2%}; ours with the same weights "
        f"{100 * less['difference']:+.2f} points [{100 * less['low']:.2f}, "
        f"{100 * less['high']:.2f}], p {less['p_value']:.3f}"
    )
    yield Row(what, bar, shown, less["low"] > 0)


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


def header_step(result: Result) -> Iterator[Row]:
    what = "ArcFace header step, 512 × 512-d × 10,000 classes, against pytorch-metric-learning"
    bar = "≥ 2.5× faster"
    if result is None:
        yield Row(what, bar)
        return
    row = result["losses"]["arcface"]
    ratio, share = row["peer_over_ours"], row["products_share_of_ours"]
    measured = f"{ratio:.1f}×: {row['median_s']['ours'] * 1000:.0f} ms"
    yield Row(what, bar, f"{measured}, {share:.0%} of it the three matrix products", ratio >= 2.5)


def facenet_batch(result: Result) -> Iterator[Row]:
    batch = "FaceNet's batch, 45 people × 40 faces"
    one, every = f"{batch}: a semi-hard negative a pair", f"{batch}: the loss over all of them"
    bars = "≤ 0.2 s, ≤ 200 MB", "≤ 2 s"
    if result is None:
        yield Row(one, bars[0])
        yield Row(every, bars[1])
        return
    mining, whole = result["mining"], result["all_triplets"]["semi-hard"]
    seconds, more = mining["seconds"], mining["memory_mb"]
    peer = result["peer"]
    shown = f"{seconds:.2f} s, {more:.0f} MB (pytorch-metric-learning, all of them: "
    shown += f"{peer['mining']['seconds']:.1f} s, {peer['mining']['memory_mb'] / 1000:.1f} GB)"
    yield Row(one, bars[0], shown, seconds <= 0.2 and more <= 200)
    yield Row(every, bars[1], f"{whole['seconds']:.2f} s", whole["seconds"] <= 2)


def partial_fc(result: Result) -> Iterator[Row]:
    what = "Partial FC: 1,000,000 classes × 128-d, batch 256, a tenth sampled, one process"
    bar = "runs"
    if result is None:
        yield Row(what, bar)
        return
    ours, torch_full = result["ours"], result["peer"]["torch_full"]
    sampled, full = ours["sampled"], ours["full"]
    measured = "; ".join(
        f"{name} {one['step_s']:.2f} s, {one['peak_mb'] / 1000:.1f} GB"
        for name, one in (("sampled", sampled), ("all", full), ("all, plain torch", torch_full))
    )
    yield Row(what, bar, measured, True)


def trainer_overhead(result: Result) -> Iterator[Row]:
    bar = "≥ 0.9"
    if result is None:
        yield Row("The training loop beside bare forward and backward passes", bar)
        return
    for name, row in result["cases"].items():
        rates = f"{row['bare_images_per_s']:.0f} → {row['loop_images_per_s']:.0f} images/s"
        what = f"The training loop beside bare passes, {name}"
        yield Row(what, bar, f"{row['ratio']:.2f} ({rates})", row["met"])


def closed_set(result: Result) -> Iterator[Row]:
    what, bar = "LFW from LFW alone, a random quarter named (ceiling 67.2 %)", "≥ 28 % (aim 40 %)"
    if result is None:
        yield Row(what, bar)
        return
    figures = result["runs"]["best from scratch, random split"]["figures"]
    share = figures["closed_set_accuracy"]
    low, high = (figures[f"closed_set_accuracy_{end}"] for end in ("low", "high"))
    yield Row(what, bar, f"{share:.1%} [{low:.1%}, {high:.1%}]", share >= 0.28)


def best_celeba(result: Result) -> Iterator[Row]:
    what, bar = "LFW 10-fold, from scratch on CelebA's subsets", "≥ 82 % (aim 88 %)"
    if result is None:
        yield Row(what, bar)
        return
    figures = result["figures"]
    share = figures["lfw_accuracy"]
    low, high = (figures[f"lfw_accuracy_{end}"] for end in ("low", "high"))
    yield Row(what, bar, f"{share:.2%} [{low:.1%}, {high:.1%}]", share >= 0.82)


def exact_search(result: Result) -> Iterator[Row]:
    bars = {
        "one query": ("≥ 1/1.2 of faiss' 8 bits, ≥ 10× faiss flat", 1 / 1.2, 10),
        "256 queries": ("≥ 2× faiss' 8 bits, ≥ 6× faiss flat", 2, 6),
    }
    for name, (bar, eight, flat) in bars.items():
        what = f"Exact search of a million × 128, {name}"
        if result is None:
            yield Row(what, bar)
            continue
        ratio = result["speed"][name]["peer_over_ours"]
        own, other = ratio["faiss 8 bits direct"], ratio["faiss flat float32"]
        shown = f"{1000 * result['speed'][name]['median_s']['ours']:.0f} ms"
        met = own >= eight and other >= flat
        yield Row(what, bar, f"{shown}: {own:.2f}× and {other:.1f}×", met)


def search_agreement(result: Result) -> Iterator[Row]:
    bars = {"gallery": 1.0, "codes alone": 0.999}
    if result is None:
        for way, least in bars.items():
            yield Row(f"The nearest of all floats is found, {way}", f"≥ {least:.1%}")
        return
    for way, least in bars.items():
        for name, found in result["found"].items():
            one, ten = found[way]["nearest"], found[way]["ten_nearest"]
            shown = f"{one:.2%} (ten nearest: {ten:.2%})"
            yield Row(
                f"The nearest of all floats is found, {way}, {name}",
                f"≥ {least:.1%}",
                shown,
                one >= least,
            )


def gallery_scale(result: Result) -> Iterator[Row]:
    rows = {
        "Enrolling 100,000 embeddings in one transaction": "≥ 50,000/s",
        "Durable enrolments, one at a time": "≥ 1,500/s",
        "Opening a gallery of a million, ready to search": "≤ 1.5 s",
        "Its index in memory": "≤ 160 MB",
    }
    if result is None:
        yield from (Row(what, bar) for what, bar in rows.items())
        return
    rates, opened = result["writing"], result["opened"]
    bulk, single = rates["bulk_per_s, 10 a person"], rates["single_per_s"]
    shown = (
        (
            f"{bulk:,.0f}/s (ten a person; one a person: {rates['bulk_per_s, 1 a person']:,.0f}/s)",
            bulk >= 50_000,
        ),
        (
            f"{single:,.0f}/s; the disk confirms {rates['disk_confirms_per_s']:,.0f} writes/s",
            single >= 1500,
        ),
        (f"{opened['ready_s']:.2f} s", opened["ready_s"] <= 1.5),
        (f"{rates['snapshot_mb']:.0f} MB", rates["snapshot_mb"] <= 160),
    )
    for (what, bar), (text, met) in zip(rows.items(), shown, strict=True):
        yield Row(what, bar, text, met)


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


SECTIONS: tuple[Callable[[Result], Iterator[Row]], ...] = (
    lfw_accuracy,
    dlib_embeddings,
    detection,
    whole_path,
    large_photo,
    codes,
    exact_search,
    search_agreement,
    gallery_scale,
    clustering,
    clustering_million,
    clustering_100k,
    upgrade,
    watch,
    install_size,
    kill_gallery_sqlite,
    kill_gallery_milvus,
    kill_gallery_encrypted,
    stored_traces,
    encrypted_gallery,
    service_load,
    service_kill,
    mutated_images,
    augmentation,
    few_shot,
    lfw_peers,
    calibration,
    interval_coverage,
    metric_oracles,
    metric_speed,
    header_step,
    facenet_batch,
    partial_fc,
    trainer_overhead,
    closed_set,
    best_celeba,
)


def read(folder: Path, name: str) -> Result:
    path = folder / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def print_conditions(results: dict[str, Result]) -> None:
    """Say where and when, each machine and date once."""
    machines: dict[tuple[str, ...], list[str]] = {}
    for name, result in results.items():
        if result is not None:
            about = result["conditions"]
            key = (about["cpu"], f"{about['cores']} cores", f"Python {about['python']}")
            machines.setdefault((*key, about["date"]), []).append(name)
    for machine, names in machines.items():
        print(f"Measured on {', '.join(machine)}: {', '.join(names)}.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the JSON files")
    options = parser.parse_args()
    results = {section.__name__: read(options.results, section.__name__) for section in SECTIONS}
    print("| what | bar | measured | met |")
    print("|---|---|---|---|")
    for section in SECTIONS:
        try:
            rows = list(section(results[section.__name__]))
        except KeyError as error:
            name = section.__name__
            raise SystemExit(f"{name}.json has no {error}: run benchmarks/{name}.py") from error
        for row in rows:
            met = "–" if row.met is None else "yes" if row.met else "**no**"
            print(f"| {row.what} | {row.bar or '–'} | {row.measured} | {met} |")
    print()
    print_conditions(results)


if __name__ == "__main__":
    main()
