from __future__ import annotations

from pathlib import Path
from typing import Any

from layouts.page import choose, go, heading, there_are

OBAMAS = ("obama", "obama2", "obama3")


def test_groups_are_put_right_and_enrolled(
    visit: Any, samples: dict[str, Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    page = visit("groups")
    go(page, "Group photos")
    choose(page, *(samples[name] for name in (*OBAMAS, "biden")), broken)
    page.get_by_role("button", name="Group photos").click()
    heading(page, "1 person found")
    group = page.get_by_role("region", name="Group 1")
    alone = page.get_by_role("region", name="Like no other")
    there_are(3, group.locator(".face"))
    there_are(1, alone.locator(".face"))
    assert "1 photo could not be used" in page.get_by_role("main").inner_text()
    group.locator("canvas").first.wait_for()  # cut out of the photographs, in the browser

    tools = page.get_by_role("toolbar")
    assert tools.get_by_role("button", name="Not this person").is_disabled()
    group.get_by_role("button", name="Face in obama3.jpg").click()
    tools.get_by_role("button", name="Not this person").click()
    there_are(2, alone.locator(".face"))
    there_are(2, group.locator(".face"))
    alone.get_by_role("button", name="Face in obama3.jpg").click()
    tools.get_by_label("Move to…").select_option(label="Group 1")
    there_are(3, group.locator(".face"))

    group.get_by_role("button", name="Face in obama2.jpg").click()
    tools.get_by_role("button", name="New group").click()
    there_are(2, page.get_by_role("region", name="Group 2").locator(".face"))
    page.get_by_role("region", name="Group 1").get_by_label("The same person as").select_option(
        label="Group 2"
    )
    there_are(3, group.locator(".face"))

    group.get_by_label("Name of this person").fill("Barack Obama")
    group.get_by_role("button", name="Enrol group").click()
    enrolled = page.get_by_role("region", name="Barack Obama")
    enrolled.get_by_text("Enrolled", exact=True).wait_for()
    go(page, "Compare")  # what was moved about is there when one comes back
    go(page, "Group photos")
    page.get_by_role("button", name="Open").click()
    enrolled.get_by_role("link", name="Barack Obama").click()
    heading(page, "3 enrolled photos")


def test_a_job_is_discarded_after_a_question(visit: Any, samples: dict[str, Path]) -> None:
    page = visit("phone")
    go(page, "Group photos")
    page.get_by_role("button", name="Group photos").click()
    assert "Choose the photos to group." in page.get_by_role("alert").inner_text()
    choose(page, samples["biden"])
    page.get_by_role("button", name="Group photos").click()
    heading(page, "0 people found")
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    page.get_by_role("button", name="Group photos").wait_for()
    there_are(0, page.get_by_role("heading", name="Earlier groupings"))


def test_groups_are_enrolled_with_pictures_of_faces_if_asked(
    visit: Any, samples: dict[str, Path]
) -> None:
    page = visit("grouped")
    go(page, "Group photos")
    choose(page, *(samples[name] for name in OBAMAS))
    box = page.get_by_label("Keep a small picture of the face")
    assert not box.is_checked()
    box.check()
    page.get_by_role("button", name="Group photos").click()
    heading(page, "1 person found")
    group = page.get_by_role("region", name="Group 1")
    group.get_by_label("Name of this person").fill("Barack Obama")
    group.get_by_role("button", name="Enrol group").click()
    page.get_by_role("region", name="Barack Obama").get_by_role("link", name="Barack").click()
    heading(page, "3 enrolled photos")
    page.get_by_alt_text("The face in obama.jpg").wait_for()
    there_are(3, page.locator(".portrait img"))
