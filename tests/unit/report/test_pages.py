from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import pytest

from facemetric.report import (
    ClusterGroup,
    DemoReport,
    FaceTile,
    PairCard,
    PhotoCard,
    ThresholdNote,
    Timing,
    cluster_page,
    crop_picture,
    demo_page,
    identify_page,
)
from facemetric.types import ItemError, UInt8
from layouts.markup import read

HOSTILE = "<script>alert(1)</script>\"'&\udce9\u202e"
VOID = {"meta", "img", "br"}


@pytest.fixture
def tile(astronaut: UInt8) -> FaceTile:
    return FaceTile(crop_picture(astronaut, (170, 60, 280, 200)), HOSTILE, HOSTILE)


@pytest.fixture
def report(card: PhotoCard, tile: FaceTile, threshold: ThresholdNote) -> DemoReport:
    said = replace(card, caption=HOSTILE, expected=HOSTILE, as_expected=True)
    named = replace(said, boxes=tuple(replace(box, name=HOSTILE) for box in card.boxes))
    rows = ((HOSTILE, HOSTILE),)
    return DemoReport(
        enrolled=(named,),
        identified=(named,),
        strangers=(replace(said, as_expected=False),),
        pairs=(
            PairCard(card, card, 0.95, True, threshold, True),
            PairCard(card, card, 0.85, False, replace(threshold, source=HOSTILE), True),
        ),
        groups=(ClusterGroup(HOSTILE, (tile, tile)),),
        threshold=threshold,
        alone=(tile,),
        failed=(ItemError(HOSTILE, "decode", HOSTILE, HOSTILE),),
        bundle=rows,
        environment=rows,
        timings=(Timing(HOSTILE, 1.5, 3, HOSTILE), Timing("load", 0.5, 1)),
        photographs=rows,
    )


def pages(report: DemoReport) -> dict[str, str]:
    return {
        "demo": demo_page(report, created=datetime(2026, 1, 2, 3, 4)),
        "identify": identify_page(
            (*report.identified, *report.strangers),
            threshold=replace(report.threshold, source=HOSTILE),
            failed=report.failed,
            details=report.bundle,
            title=HOSTILE,
        ),
        "cluster": cluster_page(
            report.groups,
            alone=report.alone,
            failed=report.failed,
            details=report.bundle,
            title=HOSTILE,
        ),
    }


@pytest.mark.parametrize("kind", ["demo", "identify", "cluster"])
def test_a_page_is_whole_safe_and_alone(report: DemoReport, kind: str) -> None:
    text = pages(report)[kind]
    text.encode("utf-8")
    reader = read(text)
    tags = [tag for tag, _ in reader.tags]
    assert "script" not in tags
    assert "<script>alert(1)</script>" in reader.text
    for tag, attributes in reader.tags:
        assert not any(name.startswith("on") for name in attributes), tag
        for name in ("src", "href"):
            address = attributes.get(name)
            assert address is None or address.startswith(("data:image/jpeg;base64,", "#"))
    policy = next(a for _, a in reader.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in (policy["content"] or "")
    style = text[text.index("<style>") : text.index("</style>")]
    assert "url(" not in style and "@import" not in style


@pytest.mark.parametrize("kind", ["demo", "identify", "cluster"])
def test_a_page_can_be_read_without_seeing_it(report: DemoReport, kind: str) -> None:
    reader = read(pages(report)[kind])
    tags = [tag for tag, _ in reader.tags]
    assert tags.count("h1") == 1 and tags.count("title") == 1 and tags.count("main") == 1
    assert next(a for tag, a in reader.tags if tag == "html")["lang"] == "en"
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    images = [a for tag, a in reader.tags if tag == "img"]
    assert images
    assert all(a["alt"] and a["width"] and a["height"] for a in images)
    heads = [a for tag, a in reader.tags if tag == "th"]
    assert heads
    assert all(a.get("scope") in {"row", "col"} for a in heads)
    ids = [a["id"] for _, a in reader.tags if "id" in a]
    assert len(ids) == len(set(ids))
    links = {(a["href"] or "")[1:] for tag, a in reader.tags if tag == "a"}
    assert links <= set(ids)


@pytest.mark.parametrize("kind", ["demo", "identify", "cluster"])
def test_elements_are_closed(report: DemoReport, kind: str) -> None:
    text = pages(report)[kind]
    open_tags: list[str] = []
    for closing, tag, single in re.findall(
        r"<(/?)([a-z][a-z0-9]*)(?:[^>\"]|\"[^\"]*\")*?(/?)>", text
    ):
        if closing:
            assert open_tags.pop() == tag
        elif not single and tag not in VOID:
            open_tags.append(tag)
    assert open_tags == []


def test_the_identify_page_says_what_it_rests_on(card: PhotoCard, threshold: ThresholdNote) -> None:
    text = read(identify_page([card], threshold=threshold, details=(("Gallery", "a.db"),))).text
    for said in ("similarity 0.920", "0.001", "calibration of a bundle", "not checked", "a.db"):
        assert said in text
    assert "1known" in text and "1unknown" in text


def test_the_rate_of_a_manual_threshold_is_not_invented(card: PhotoCard) -> None:
    text = identify_page([card], threshold=ThresholdNote(0.5, "set by the caller"))
    assert "<td>not known</td>" in text


def test_groups_stand_largest_first(tile: FaceTile) -> None:
    text = cluster_page([ClusterGroup("few", (tile,)), ClusterGroup("many", (tile,) * 3)])
    assert text.index("many") < text.index("few")
    assert "3 faces" in text and "1 face<" in text


def test_no_groups_is_said(tile: FaceTile) -> None:
    text = cluster_page([], alone=[tile])
    assert "No two faces were put together." in text and "In no group" in text


def test_failed_items_are_listed_with_reason_and_advice() -> None:
    failed = [ItemError("a.jpg", "decode", "the file is empty", "Copy it again")]
    text = read(cluster_page([], failed=failed)).text
    for said in ("a.jpg", "the file is empty", "Copy it again"):
        assert said in text


def test_the_demo_counts_wrong_answers_as_wrong(report: DemoReport) -> None:
    text = read(demo_page(report)).text
    # Right: identified, the first pair. Wrong: the stranger, the second pair.
    assert "2 of 4" in text
    assert text.count("✗ not as expected") == 2


def test_the_demo_gives_similarity_distance_and_threshold(report: DemoReport) -> None:
    text = read(demo_page(report)).text
    for said in ("Same person", "Different people", "0.950", "0.100", "0.920", "Liveness"):
        assert said in text


def test_times_are_given_for_each_item(report: DemoReport) -> None:
    text = read(demo_page(report)).text
    assert "1 photograph0.50 s500 ms" in text
    assert "1.50 s500 ms" in text
    assert "2.0 sfor all steps" in text


def test_an_empty_demo_is_a_page_too(threshold: ThresholdNote) -> None:
    empty = DemoReport((), (), (), (), (), threshold)
    assert demo_page(empty).count("None in this run.") == 3


def test_the_same_values_give_the_same_page(report: DemoReport) -> None:
    assert pages(report) == pages(report)
