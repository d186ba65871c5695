from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import pytest

from facemetric.report.evaluation import PartView, Plot, ReportView, report_page
from layouts.markup import read

from .conftest import HOSTILE, NAMES

VOID = {"meta", "img", "br"}


@pytest.fixture(scope="module")
def made(view: ReportView) -> tuple[str, list[Plot]]:
    return report_page(view, created=datetime(2026, 1, 2, 3, 4))


@pytest.fixture(scope="module")
def page(made: tuple[str, list[Plot]]) -> str:
    return made[0]


def test_the_page_is_whole_safe_and_alone(page: str) -> None:
    page.encode("utf-8")
    reader = read(page)
    assert "script" not in [tag for tag, _ in reader.tags]
    assert "<script>alert(1)</script>" in reader.text
    for tag, attributes in reader.tags:
        assert not any(name.startswith("on") for name in attributes), tag
        for name in ("src", "href"):
            address = attributes.get(name)
            assert address is None or re.match(r"data:image/(jpeg|svg\+xml);base64,|#", address)
    policy = next(a for _, a in reader.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in (policy["content"] or "")
    style = page[page.index("<style>") : page.index("</style>")]
    assert "url(" not in style and "@import" not in style


def test_the_page_can_be_read_without_seeing_it(page: str) -> None:
    reader = read(page)
    tags = [tag for tag, _ in reader.tags]
    assert tags.count("h1") == 1 and tags.count("title") == 1 and tags.count("main") == 1
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    images = [a for tag, a in reader.tags if tag == "img"]
    assert images and all(a["alt"] and a["width"] and a["height"] for a in images)
    heads = [a for tag, a in reader.tags if tag == "th"]
    assert heads and all(a.get("scope") in {"row", "col"} for a in heads)
    ids = [a["id"] for _, a in reader.tags if "id" in a]
    assert len(ids) == len(set(ids))
    assert {(a["href"] or "")[1:] for tag, a in reader.tags if tag == "a"} <= set(ids)


def test_elements_are_closed(page: str) -> None:
    open_tags: list[str] = []
    for closing, tag, single in re.findall(
        r"<(/?)([a-z][a-z0-9]*)(?:[^>\"]|\"[^\"]*\")*?(/?)>", page
    ):
        if closing:
            assert open_tags.pop() == tag
        elif not single and tag not in VOID:
            open_tags.append(tag)
    assert open_tags == []


def test_leakage_stands_before_every_figure(page: str) -> None:
    text = read(page).text
    main = text.index("✗ 3 found")
    assert main < text.index("99.00 %")
    assert "✓ none found: pictures of 10 photographs" in text
    assert "and 2 more" in text and "not checked" in text


def test_no_check_is_said(view: ReportView) -> None:
    page, _ = report_page(replace(view, parts=(), leakage=(), not_checked=()))
    assert "No check was made" in read(page).text


def test_bounds_counts_and_verdicts_are_in_words(page: str) -> None:
    text = read(page).text
    for said in (
        "12.00 % [5.00, 20.00]",
        "12 of 100 rejected",
        "at most 2.00 %",
        "no pairs",
        "7 pairs in no slice",
        "One comparison was made",
        "\u22125.00",
        f"{NAMES[1]} is better",
        "✗ accepted",
        "cannot be read",
        "1 of 900 different-person pairs are accepted",
        "95% confidence",
    ):
        assert said in text, said


def test_what_is_shown_is_defined_and_nothing_else(view: ReportView, page: str) -> None:
    text = read(page).text
    for said in ("SphereFace", "MegaFace", "NISTIR 8280", "Holm, 1979", "BCubed F"):
        assert said in text
    bare = PartView("identification", "Identification", "", ("a",), ())
    text = read(report_page(replace(view, parts=(bare,)))[0]).text
    for said in ("SphereFace", "MegaFace", "NISTIR 8280", "Holm", "BCubed"):
        assert said not in text
    assert "Efron" in text


def test_plots_of_several_parts_have_different_names(view: ReportView, part: PartView) -> None:
    small = replace(
        part, roc=(), dir=(), cmc=(), distractors=(), angles=(), hardest=(), slices=(), folds=()
    )
    _, plots = report_page(replace(view, parts=(small, replace(small, key="verification-fp"))))
    assert [plot.name for plot in plots] == [
        "verification-pairs-scores-1",
        "verification-pairs-scores-2",
        "verification-fp-scores-1",
        "verification-fp-scores-2",
    ]


def test_every_plot_of_the_page_is_a_file(made: tuple[str, list[Plot]]) -> None:
    page, plots = made
    assert [plot.name for plot in plots] == [
        *("roc", "det", "cmc", "dir", "distractors"),
        *("scores-1", "scores-2", "angles", "folds", "slices-size"),
    ]
    assert page.count("data:image/svg+xml") == len(plots)


def test_many_photographs_without_a_face_are_counted(view: ReportView) -> None:
    page, _ = report_page(replace(view, parts=(), missing=tuple(f"{i}.jpg" for i in range(1234))))
    assert "and 1,034 more" in read(page).text
    assert HOSTILE not in page
