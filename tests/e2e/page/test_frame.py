"""What holds on every page: languages, small screens, the keyboard, failures, events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from facemetric.service.page import assets
from facemetric.wire import ThresholdOut, WatchListOut, to_json
from layouts.page import PAGES, choose, go, heading, settled, there_are


def test_the_language_is_switched_and_kept(visit: Any) -> None:
    korean = json.loads(assets()["i18n/ko.json"].body)
    page = visit("korean")
    page.get_by_label("Language").select_option("ko")
    heading(page, korean["people.title"])
    assert page.evaluate("document.documentElement.lang") == "ko"
    page.reload()
    heading(page, korean["people.title"])
    page.get_by_role("heading", name=korean["people.empty"]).wait_for()


def test_failures_are_told_in_the_chosen_language(visit: Any, no_face_photo: Path) -> None:
    korean = json.loads(assets()["i18n/ko.json"].body)
    page = visit("korean", locale="ko-KR")
    page.goto(page.url.split("#")[0] + "#/identify")
    choose(page, no_face_photo)
    page.get_by_text(korean["identify.no_face"]).first.wait_for()
    file = {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    page.locator("input[type=file]").set_input_files(file)
    alert = page.get_by_role("alert")
    assert alert.locator(".trouble-title").inner_text() == korean["problem.decode"]
    assert alert.locator(".fix").inner_text() == korean["fix.decode"]
    given = alert.locator("[lang=en]").all_inner_texts()  # and nothing else is the service's
    assert len(given) == 1 and given[0].startswith("x.jpg: expected JPEG")


def test_the_browsers_language_comes_first(visit: Any) -> None:
    korean = json.loads(assets()["i18n/ko.json"].body)
    page = visit(log_in=False, locale="ko-KR")
    heading(page, korean["login.title"])


def test_a_phone(visit: Any) -> None:
    page = visit(
        None, viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True, log_in=False
    )
    page.get_by_label("API key").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_no_page_is_wider_than_a_phone(visit: Any) -> None:
    page = visit(None)
    page.set_viewport_size({"width": 360, "height": 740})
    for name in PAGES:
        page.get_by_role("button", name="Menu").click()
        go(page, name)
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name


def test_with_the_keyboard_alone(visit: Any, desk: Any, samples: dict[str, Path]) -> None:
    page = visit(log_in=False)
    page.on("filechooser", lambda chooser: None)  # it takes a while until choosers are caught
    heading(page, "Log in")
    page.keyboard.insert_text(desk.key("keyboard")[1])  # the field has the focus
    page.keyboard.press("Enter")
    heading(page, "Nobody is enrolled yet")  # what comes later would take the focus with it

    def tab_to(text: str) -> None:
        for _ in range(30):
            page.keyboard.press("Tab")
            there = page.evaluate(
                "document.activeElement === document.body ? ''"
                " : (document.activeElement.labels?.[0] ?? document.activeElement).textContent"
            )
            if text in there:
                return
        raise AssertionError(f"{text!r} cannot be reached with Tab")

    page.evaluate("document.body.focus(); document.activeElement.blur()")
    page.keyboard.press("Tab")
    tab_to("Add a person")
    page.keyboard.press("Enter")
    heading(page, "Add a person")
    tab_to("Name")
    page.keyboard.insert_text("Ada")
    tab_to("Add photos of this person")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(samples["biden"])
    tab_to("Enrol")
    page.keyboard.press("Enter")
    heading(page, "Ada is enrolled")
    assert page.evaluate("document.activeElement.tagName") == "H1"


def test_events_come_by_themselves(visit: Any, desk: Any) -> None:
    event = {
        "schema": "facemetric.watch-source/1",
        "event_id": "4f0c0ea2-0cf9-4a53-8d3d-8f2f7c1f4f10",
        "source": "front door",
        "at": "2030-01-01T12:00:00+00:00",
        "stream_s": 0.0,
        "state": "open",
        "reason": None,
    }
    page = visit("people")
    go(page, "Live")
    page.get_by_text("Connected", exact=True).wait_for()
    heading(page, "Nothing has happened yet")
    with desk.events.open("a") as file:
        file.write(json.dumps(event) + "\n")
    page.locator(".event").get_by_text("Camera connected").wait_for()
    there_are(0, page.get_by_role("heading", name="Nothing has happened yet"))
    outgrown = WatchListOut(
        event_id="4f0c0ea2-0cf9-4a53-8d3d-8f2f7c1f4f11",
        source="",
        at="2030-01-01T12:00:01+00:00",
        stream_s=1.0,
        state="outgrown",
        people=5000,
        samples=6000,
        threshold=ThresholdOut(similarity=0.966, far=1e-6, source="measured"),
        stranger_risk=0.0123,
        asked_risk=0.01,
        reason="too long",
    )
    with desk.events.open("a") as file:
        file.write(to_json(outgrown, indent=None) + "\n")
    told = page.locator(".event.list")
    told.get_by_text("The list is too long for the stranger risk").wait_for()
    assert "With 6,000 samples" in told.inner_text() and "1.2% of visits" in told.inner_text()
    page.get_by_label("Show").select_option("list")
    assert told.is_visible() and not page.locator(".event.source").is_visible()


def test_live_without_a_watch_says_how(visit: Any) -> None:
    page = visit("axe")
    go(page, "Live")
    heading(page, "No watch is connected to this gallery")
    assert "--events axe=events.jsonl" in page.get_by_role("main").inner_text()


def test_a_service_out_of_reach_is_told_and_asked_again(visit: Any) -> None:
    page = visit("people")
    page.context.set_offline(True)
    go(page, "System")
    alert = page.get_by_role("alert").first
    assert "The service cannot be reached" in alert.inner_text()
    page.context.set_offline(False)
    for _ in range(page.get_by_role("button", name="Try again").count()):
        page.get_by_role("button", name="Try again").first.click()
    heading(page, "dlib-resnet-v1")
