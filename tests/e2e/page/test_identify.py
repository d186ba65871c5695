from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from facemetric.service.page import assets
from layouts.page import choose, enrol, go, heading, there_are
from layouts.pictures import read_picture, write_picture


def test_known_and_unknown_on_one_photo(
    visit: Any, samples: dict[str, Path], two_faces_photo: Path, no_face_photo: Path
) -> None:
    page = visit("axe")
    go(page, "Identify")
    choose(page, samples["biden"])
    heading(page, "Unknown")
    assert "Nobody is enrolled to compare with." in page.get_by_role("main").inner_text()
    go(page, "People")
    enrol(page, "Barack Obama", [samples["obama2"], samples["obama3"]])

    go(page, "Identify")
    choose(page, two_faces_photo)
    page.locator(".box").nth(1).wait_for()
    shown = page.locator(".box.known").bounding_box()
    photo = page.locator(".marked img").bounding_box()
    assert page.locator(".box.known").inner_text() == "1 Barack Obama"
    assert photo["x"] < shown["x"] < photo["x"] + photo["width"] / 2
    assert page.locator(".box.unknown").count() >= 1
    known = page.locator(".answer.known").inner_text()
    assert "strangers is as similar" in known and "Similarity 0.9" in known
    assert "times likelier for one person" in known
    page.locator(".answer.known a").first.focus()
    there_are(1, page.locator(".box.known.lit"))

    choose(page, no_face_photo)
    heading(page, "No face was found")
    there_are(0, page.locator(".box"))


def test_an_unknown_face_can_be_added(visit: Any, samples: dict[str, Path]) -> None:
    page = visit("nobody")
    go(page, "Identify")
    choose(page, samples["biden"])
    page.get_by_role("link", name="Add this person").click()
    heading(page, "Add a person")
    assert page.locator(".file-name").all_inner_texts() == ["biden.jpg"]


def test_compare(visit: Any, samples: dict[str, Path], no_face_photo: Path) -> None:
    page = visit("people")
    go(page, "Compare")
    inputs = page.locator("input[type=file]")
    inputs.nth(0).set_input_files(samples["obama"])
    inputs.nth(1).set_input_files(samples["obama2"])
    heading(page, "The same person")
    there_are(2, page.locator(".box"))
    inputs.nth(1).set_input_files(samples["biden"])
    heading(page, "Different people")
    inputs.nth(1).set_input_files(no_face_photo)
    alert = page.get_by_role("alert").inner_text()
    assert alert.startswith(f"No face was found.\n\n{no_face_photo.name}\n\nUse a photo in which")
    inputs.nth(1).set_input_files(samples["biden"])
    heading(page, "Different people")
    assert "likelier for two people" in page.get_by_role("main").inner_text()


def test_the_webcam(visit: Any) -> None:
    page = visit("people")
    go(page, "Identify")
    page.get_by_role("button", name="Webcam").click()
    page.get_by_role("button", name="Take the photo").click()
    page.get_by_role("dialog").wait_for(state="detached")
    assert (
        page.locator(".marked img").evaluate(
            "image => image.decode().then(() => image.naturalWidth)"
        )
        > 100
    )
    page.locator(".answers > :not(.loading)").first.wait_for()  # the browser's fake has no face


def test_what_is_wrong_with_a_photo_is_told_in_the_readers_language(
    visit: Any, samples: dict[str, Path], tmp_path: Path
) -> None:
    korean = json.loads(assets()["i18n/ko.json"].body)
    picture = read_picture(samples["biden"])
    write_picture(tmp_path / "dark.png", (picture * 0.15).astype(picture.dtype))
    page = visit("nobody", locale="ko-KR")
    page.goto(page.url.split("#")[0] + "#/identify")
    choose(page, tmp_path / "dark.png")
    warning = page.locator(".answer .warn")
    warning.wait_for()
    told = warning.inner_text()
    assert told.startswith(korean["enrol.poor"])
    for code, limit in (("blurred", "20"), ("dark", "0.15"), ("flat", "0.06")):
        before, _, behind = korean[f"remarks.{code}"].partition("{value}")
        assert before in told and behind.replace("{limit}", limit) in told, code
    there_are(0, warning.locator("[lang=en]"))
