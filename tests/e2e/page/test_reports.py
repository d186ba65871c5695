from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from facemetric.service.page import assets
from layouts.page import go, heading, settled, there_are


def test_a_report_is_found_and_read(visit: Any, report: Path) -> None:
    page = visit(None, scopes=("read",))
    go(page, "Reports")
    settled(page)
    card = page.get_by_role("listitem").filter(has_text="Made-up pairs")
    assert "leakage not checked" in card.inner_text()
    value = card.get_by_role("row", name="accuracy").get_by_role("cell").nth(1).inner_text()
    card.get_by_role("link", name=report.name).click()
    heading(page, report.name)
    heading(page, "Which model is better")
    shown = page.get_by_role("region", name="pairs", exact=True)
    assert value.split()[0] in shown.inner_text()
    written = json.loads((report / "evaluation.json").read_text())
    accuracy = written["measured"][0]["parts"][0]["figures"][0]["value"]
    assert value.startswith(f"{100 * accuracy:.2f}%")
    page.get_by_role("link", name="Reports").last.click()
    heading(page, "Reports")


def test_figures_are_named_in_the_readers_language(visit: Any, report: Path) -> None:
    korean = json.loads(assets()["i18n/ko.json"].body)
    page = visit(None, scopes=("read",), locale="ko-KR")
    page.goto(page.url.split("#")[0] + f"#/reports/{report.name}")
    shown = page.get_by_role("region", name="pairs", exact=True)
    shown.wait_for()
    names = shown.locator("tbody th, tbody td:first-child").all_inner_texts()
    written = json.loads((report / "evaluation.json").read_text())
    figures = written["measured"][0]["parts"][0]["figures"]
    wanted = [
        re.sub(
            r"\{(\w+)\}",
            lambda found, one=one: f"{one['numbers'][found[1]]:.6f}".rstrip("0"),
            korean[f"figures.{one['code']}"],
        )
        for one in figures
    ]
    assert [name.splitlines()[0] for name in names] == wanted
    assert any("FAR 0.1" in name for name in wanted)


def test_its_own_page_is_shown_in_a_frame_and_on_its_own(visit: Any, report: Path) -> None:
    page = visit(None, scopes=("read",))
    go(page, "Reports")
    page.get_by_role("link", name=report.name).click()
    frame = page.frame_locator("iframe")
    frame.get_by_role("heading", name="Made-up pairs").wait_for()
    assert page.locator("iframe").get_attribute("sandbox") == ""
    frame.get_by_role("link", name="Definitions").click()  # within the page
    assert frame.get_by_role("heading", name="What the figures mean").is_visible()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open in a new tab").click()
    opened.value.get_by_role("heading", name="Made-up pairs").wait_for()


@pytest.fixture
def hostile(report: Path) -> Iterator[Path]:
    copied = Path(shutil.copytree(report, report.parent / "hostile"))
    (copied / "index.html").write_text(
        "<!doctype html><meta http-equiv=refresh content='0;url=/'><h1>Hello</h1>"
        "<script>document.body.textContent = 'ran'; parent.document.title = 'ran'</script>"
        "<img src=/static/icon.svg onload='document.body.textContent = 1'>"
        "<form action=/session method=post><button>Go</button></form>"
    )
    yield copied
    shutil.rmtree(copied)


def test_a_page_that_means_harm_does_none(visit: Any, hostile: Path) -> None:
    page = visit(None, scopes=("read",))
    page.goto(page.url.split("#")[0] + f"#/reports/{hostile.name}")
    frame = page.frame_locator("iframe")
    frame.get_by_role("heading", name="Hello").wait_for()
    frame.get_by_role("button", name="Go").click()
    page.wait_for_timeout(500)
    assert frame.get_by_role("heading", name="Hello").is_visible()
    assert page.title() == "hostile · facemetric"
    assert frame.locator("img").evaluate("image => image.naturalWidth") == 0


def test_a_damaged_report_says_why(visit: Any, report: Path) -> None:
    copied = Path(shutil.copytree(report, report.parent / "damaged"))
    (copied / "evaluation.json").unlink()
    page = visit(None)
    go(page, "Reports")
    shown = page.get_by_role("listitem").filter(has_text="evaluation.json is missing")
    assert "damaged This report is damaged." in shown.inner_text()
    page.goto(page.url.split("#")[0] + "#/reports/damaged")
    page.get_by_role("alert").wait_for()
    shutil.rmtree(copied)
    page.get_by_role("button", name="Try again").click()
    page.get_by_text("There is no such report").wait_for()


def test_without_a_folder_it_says_how(visit: Any) -> None:
    page = visit(None)

    def none(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "reports": False})

    page.route("**/session", none)
    page.reload()
    go(page, "Reports")
    heading(page, "No reports are served")
    assert "--reports reports" in page.get_by_role("main").inner_text()
    heading(page, "Calibration of the model in use")


def test_a_bound_key_has_no_reports(visit: Any) -> None:
    page = visit("people")
    there_are(0, page.get_by_role("navigation").get_by_role("link", name="Reports"))
    page.goto(page.url.split("#")[0] + "#/reports")
    page.get_by_role("alert").first.wait_for()
