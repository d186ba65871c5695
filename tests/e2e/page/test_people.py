from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from facemetric.gallery import NewSample, receipt_problems
from facemetric.wire import ErasureReceiptOut
from layouts.page import choose, enrol, go, heading, there_are

HOSTILE = "<img src=x onerror=alert(1)>"


def test_enrol_find_and_edit(visit: Any, samples: dict[str, Path], no_face_photo: Path) -> None:
    page = visit("people")
    heading(page, "Nobody is enrolled yet")
    enrol(page, "Barack Obama", [samples["obama"], no_face_photo], "staff, night shift")
    report = page.get_by_role("main").inner_text()
    assert "Enrolled" in report and f"{no_face_photo.name} No face was found." in report
    go(page, "People")
    enrol(page, "Joe Biden", [samples["biden"]])
    page.get_by_role("link", name="Show the person").click()
    heading(page, "Joe Biden")

    go(page, "People")
    page.get_by_text("2 people", exact=True).first.wait_for()
    page.get_by_label("Search by name").fill("BAR")
    page.get_by_text("1 person", exact=True).first.wait_for()
    assert page.locator(".person strong").all_inner_texts() == ["Barack Obama"]
    page.get_by_label("Search by name").fill("nobody")
    heading(page, "Nobody found")
    page.get_by_label("Search by name").fill("")
    page.get_by_label("Group").select_option("staff")
    page.get_by_role("link", name="Barack Obama").click()

    heading(page, "Barack Obama")
    page.get_by_role("button", name="Edit").click()
    page.get_by_role("dialog").get_by_label("Name", exact=True).fill("B. Obama")
    page.get_by_role("button", name="Save").click()
    heading(page, "B. Obama")
    choose(page, samples["obama2"])
    page.get_by_role("button", name="Add photos", exact=True).click()
    heading(page, "2 enrolled photos")
    page.get_by_role("button", name="Erase obama2.jpg").click()
    page.get_by_role("dialog").get_by_role("button", name="Erase", exact=True).click()
    heading(page, "1 enrolled photo")
    with page.expect_download() as data:
        page.get_by_role("button", name="Export data").click()
    exported = json.loads(Path(data.value.path()).read_text())
    assert exported["name"] == "B. Obama" and len(exported["samples"]) == 1


def test_pictures_of_faces_are_kept_if_asked_and_shown_to_admins(
    visit: Any, samples: dict[str, Path]
) -> None:
    page = visit("portraits")
    enrol(page, "Joe Biden", [samples["biden"]])
    assert "Photos are not kept: only" in page.get_by_role("main").inner_text()
    go(page, "People")
    page.get_by_role("link", name="Add a person").first.click()
    page.get_by_label("Name", exact=True).fill("Barack Obama")
    choose(page, samples["obama"])
    box = page.get_by_label("Keep a small picture of the face")
    assert not box.is_checked()
    box.check()
    page.get_by_role("button", name="Enrol", exact=True).click()
    heading(page, "Barack Obama is enrolled")
    assert "A small picture of the face is" in page.get_by_role("main").inner_text()
    page.get_by_role("link", name="Show the person").click()
    face = page.get_by_alt_text("The face in obama.jpg")
    face.wait_for()
    assert face.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100

    choose(page, samples["obama2"])
    page.get_by_role("button", name="Add photos", exact=True).click()
    heading(page, "2 enrolled photos")
    there_are(1, page.locator(".portrait img"))
    address = page.url
    other = visit("portraits", ("read", "enrol"))
    other.goto(address)
    heading(other, "2 enrolled photos")
    there_are(0, other.locator(".portrait"))
    there_are(1, other.get_by_role("cell", name="kept", exact=True))

    page.get_by_role("button", name="Erase the picture of obama.jpg").click()
    dialog = page.get_by_role("dialog")
    assert "The photo stays enrolled." in dialog.inner_text()
    dialog.get_by_role("button", name="Erase", exact=True).click()
    page.get_by_text("Photos are not kept: only").wait_for()
    heading(page, "2 enrolled photos")
    there_are(0, page.locator(".portrait"))


def test_erase_leaves_a_receipt(visit: Any, samples: dict[str, Path]) -> None:
    page = visit("erased")
    enrol(page, "Barack Obama", [samples["obama"]])
    page.get_by_role("link", name="Show the person").click()
    page.get_by_role("button", name="Erase this person").click()
    assert page.evaluate("document.activeElement.textContent") == "Cancel"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "Erase this person"
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Erase this person").click()
    heading(page, "Erased")
    with page.expect_download() as file:
        page.get_by_role("button", name="Download the receipt").click()
    receipt = json.loads(Path(file.value.path()).read_text())
    assert receipt_problems(ErasureReceiptOut.model_validate(receipt)) == []
    go(page, "People")
    heading(page, "Nobody is enrolled yet")


def test_a_name_is_text_wherever_it_stands(visit: Any, samples: dict[str, Path]) -> None:
    page = visit("hostile")
    page.on("dialog", lambda dialog: dialog.dismiss())
    enrol(page, HOSTILE, [samples["obama"]], HOSTILE.replace(",", ""))
    go(page, "People")
    page.get_by_role("link", name=HOSTILE).click()
    heading(page, HOSTILE)
    for name in ("Edit", "Merge", "Erase this person"):
        page.get_by_role("button", name=name, exact=True).click()
        page.get_by_role("dialog").wait_for()
        page.keyboard.press("Escape")
    go(page, "Identify")
    choose(page, samples["obama"])
    heading(page, HOSTILE)
    there_are(0, page.locator("img[onerror], img[src=x]"))


def test_merge(visit: Any, samples: dict[str, Path]) -> None:
    page = visit("found")
    enrol(page, "Barack", [samples["obama"]])
    go(page, "People")
    enrol(page, "Obama", [samples["obama2"]])
    page.get_by_role("link", name="Show the person").click()
    page.get_by_role("button", name="Merge").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Search by name").fill("bar")
    dialog.get_by_role("radio", name="Barack").check()
    assert "Barack goes" in dialog.inner_text()
    dialog.get_by_role("button", name="Merge").click()
    heading(page, "2 enrolled photos")


def test_many_people_come_some_at_a_time(visit: Any, desk: Any) -> None:
    gallery = desk.app.state.service.engine.gallery("many")
    vector = np.zeros(gallery.stats().dim, np.float32)
    vector[0] = 1
    people = (
        (f"person {number:03d}", [NewSample(vector, f"{number}.jpg")]) for number in range(150)
    )
    assert len(list(gallery.enroll_many(people))) == 150
    page = visit("many")
    main, cards = page.get_by_role("main"), page.locator(".cards > li")
    for shown, told in ((60, "60 of 150 people"), (120, "120 of 150 people"), (150, "150 people")):
        main.get_by_text(told, exact=True).wait_for()
        there_are(shown, cards)
        if shown < 150:
            page.get_by_role("button", name="Show more").press("Enter")
    there_are(0, page.get_by_role("button", name="Show more"))
    assert page.evaluate("document.activeElement.textContent").startswith("P1person 120")
    page.get_by_label("Search by name").fill("PERSON 14")
    main.get_by_text("10 people", exact=True).wait_for()
    there_are(10, cards)
