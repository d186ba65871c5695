"""Faces found, embedded and told apart."""

from __future__ import annotations

from collections.abc import Iterator

from _summary.row import Result, Row

ACCURACY_BARS = {"dlib-resnet-v1": 0.9915, "mobilefacenet-ms1m": 0.9930, "keras-facenet": 0.9920}
LEAST_FACES = 7700


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


def side_by_side(result: Result) -> Iterator[Row]:
    what = "Photographs of 250 and of 4,000 pixels, side by side against one after another"
    if result is None:
        yield Row(what, "")
        return
    rates = [
        f"{result['ratios'][size]:.1f}× "
        f"({result[f'{size}, one after another, per_s']:.0f} → "
        f"{result[f'{size}, side by side, per_s']:.0f} /s)"
        for size in ("250", "4000")
    ]
    yield Row(what, "", "; ".join(rates))


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
