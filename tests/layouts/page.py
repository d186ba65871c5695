"""Steps on the page that several tests take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

PAGES = ("People", "Identify", "Compare", "Group photos", "Live", "Reports", "System", "Keys")


def go(page: Any, name: str) -> None:
    """Open a page from the menu."""
    page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
    page.get_by_role("heading", name=name, level=1, exact=True).wait_for()


def enrol(page: Any, name: str, photos: Sequence[Path], groups: str = "") -> None:
    """Enrol somebody from files, up to the list of what became of them."""
    page.get_by_role("link", name="Add a person").first.click()
    page.get_by_label("Name", exact=True).fill(name)
    page.locator("input[type=file]").set_input_files(photos)
    if groups:
        page.get_by_text("Groups, consent and retention").click()
        page.get_by_label("Groups", exact=True).fill(groups)
    page.get_by_role("button", name="Enrol", exact=True).click()
    page.get_by_role("heading", name=f"{name} is enrolled", level=1, exact=True).wait_for()


def choose(page: Any, *photos: Path) -> None:
    """Choose files where the page has one place for them."""
    page.locator("input[type=file]").set_input_files(photos)


def heading(page: Any, text: str) -> Any:
    """Return a heading of exactly this text, once it is there."""
    found = page.get_by_role("heading", name=text, exact=True)
    found.wait_for()
    return found


def settled(page: Any) -> None:
    """Wait until nothing of the page is loading."""
    for waiting in ("main [aria-busy]", "main .loading"):
        page.locator(waiting).first.wait_for(state="detached")


def there_are(number: int, what: Any) -> None:
    """Wait until that many of a locator's elements are on the page."""
    from playwright.sync_api import expect

    expect(what).to_have_count(number, timeout=90_000)
