"""Galleries: searched, killed, encrypted, grown."""

from __future__ import annotations

from collections.abc import Iterator

from _summary.row import Result, Row


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


def kill_gallery_sqlite(result: Result) -> Iterator[Row]:
    yield _killed("SQLite", result)


def kill_gallery_encrypted(result: Result) -> Iterator[Row]:
    yield _killed("SQLite, encrypted", result)


def kill_gallery_milvus(result: Result) -> Iterator[Row]:
    yield _killed("Milvus Lite", result)


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
