"""Axe on every page and state: nothing is found, in light and in dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from layouts.page import PAGES, choose, enrol, go, heading, settled

Examine = Callable[[Any, str], None]


@pytest.fixture(scope="module")
def examine() -> Examine:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()

    def examined(page: Any, where: str) -> None:
        settled(page)
        found = axe.run(page).response["violations"]
        assert [(where, one["id"], one["nodes"][0]["html"]) for one in found] == []

    return examined


# Axe comes as a script of its own, which the page would refuse: bypass_csp.


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page(visit: Any, examine: Examine, samples: dict[str, Path], scheme: str) -> None:
    page = visit(None, color_scheme=scheme, bypass_csp=True)
    for name in PAGES:
        go(page, name)
        examine(page, name)
    page.get_by_role("button", name="Make a key").click()
    examine(page, "dialog")
    page.keyboard.press("Escape")
    go(page, "Compare")
    for index, name in enumerate(("obama", "biden")):
        page.locator("input[type=file]").nth(index).set_input_files(samples[name])
    heading(page, "Different people")
    examine(page, "verdict")
    page.get_by_role("button", name="Log out").click()
    heading(page, "Log in")
    examine(page, "log in")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_report(visit: Any, examine: Examine, report: Path, scheme: str) -> None:
    page = visit(None, color_scheme=scheme, bypass_csp=True)
    go(page, "Reports")
    page.get_by_role("link", name=report.name).click()
    heading(page, "pairs")
    page.frame_locator("iframe").get_by_role("heading", name="Made-up pairs").wait_for()
    examine(page, "report")


def test_what_is_done_with_people(
    visit: Any,
    examine: Examine,
    samples: dict[str, Path],
    two_faces_photo: Path,
    no_face_photo: Path,
) -> None:
    page = visit("access", bypass_csp=True)
    enrol(page, "Barack Obama", [samples["obama2"], no_face_photo], "staff")
    examine(page, "enrolled")
    go(page, "Identify")
    choose(page, two_faces_photo)
    page.locator(".box").nth(1).wait_for()
    examine(page, "identified")
    choose(page, no_face_photo)
    heading(page, "No face was found")
    examine(page, "no face")
    go(page, "Group photos")
    choose(page, samples["obama"], samples["obama3"], samples["biden"])
    page.get_by_role("button", name="Group photos").click()
    heading(page, "1 person found")
    page.locator(".face").first.click()
    examine(page, "groups")
    go(page, "People")
    page.get_by_role("link", name="Barack Obama").click()
    heading(page, "Barack Obama")
    examine(page, "person")
    for name in ("Edit", "Merge"):
        page.get_by_role("button", name=name, exact=True).click()
        examine(page, name)
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Erase this person").click()
    examine(page, "question")
    page.get_by_role("dialog").get_by_role("button", name="Erase this person").click()
    heading(page, "Erased")
    examine(page, "receipt")
