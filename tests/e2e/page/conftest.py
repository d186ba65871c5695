"""The page in a browser, with the real service, networks and photographs behind it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from facemetric.service import KeyStore, Settings, create_app
from layouts.reports import written_report
from layouts.service import listening

GALLERIES = (
    "people",
    "erased",
    "hostile",
    "found",
    "groups",
    "keyboard",
    "nobody",
    "access",
    "phone",
    "korean",
    "axe",
    "many",
    "portraits",
    "grouped",
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
EXPECTED = (
    "status of 401",
    "status of 403",
    "status of 404",
    "status of 409",
    "status of 422",
    "ERR_INTERNET_DISCONNECTED",
    "frame is sandboxed",
    "document is sandboxed",
    'directive: "img-src data:"',
)
"""What the browser itself logs where the service refuses something, or is out of reach,
and where a report's page tries what it may not."""


@dataclass(frozen=True)
class Desk:
    """A service with a gallery for each test, so that they are not in each other's way."""

    url: str
    keys: KeyStore
    events: Path
    reports: Path
    app: FastAPI

    def key(self, gallery: str | None, scopes: Sequence[str] = ("admin",)) -> tuple[str, str]:
        """Make a key; return its id and secret."""
        key, secret = self.keys.new(
            f"key for {gallery}", scopes=scopes, galleries=None if gallery is None else [gallery]
        )
        return key.id, secret


# Not for longer than a module: while it runs, its loop would be in the way of other tests' loops.
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = os.environ.get("FACEMETRIC_CHROMIUM") or next(
        filter(None, map(shutil.which, BROWSERS)), None
    )
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed")
    media = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=found, args=["--no-sandbox", *media])
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def desk(tmp_path_factory: pytest.TempPathFactory, samples: dict[str, Path]) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("page")
    events, reports = folder / "events.jsonl", folder / "reports"
    reports.mkdir()
    settings = Settings(
        galleries={name: str(folder / f"{name}.db") for name in GALLERIES},
        audit=folder / "audit.log",
        events={"people": events},
        reports=reports,
        keep_portraits=True,
        detectors=2,
    )
    keys = KeyStore(None)
    app = create_app(settings, keys=keys)
    app.state.service.start()
    try:
        with listening(app) as url:
            yield Desk(url, keys, events, reports, app)
    finally:
        app.state.service.stop()


@pytest.fixture(scope="package")
def report(desk: Desk) -> Path:
    """A report of two models on the desk's shelf."""
    pytest.importorskip("matplotlib", reason="plots need the extra eval")
    return written_report(desk.reports / "made-up, 2026", bundles=("model-a", "model-b"))


Visit = Callable[..., Any]


@pytest.fixture
def visit(browser: Any, desk: Desk) -> Iterator[Visit]:
    """Return a function that opens the page, logged in; what the console says must be expected."""
    said: list[str] = []
    contexts: list[Any] = []

    def open_page(
        gallery: str | None = "people",
        scopes: Sequence[str] = ("admin",),
        log_in: bool = True,
        **options: Any,
    ) -> Any:
        context = browser.new_context(
            **{"locale": "en-US", "viewport": {"width": 1280, "height": 900}, **options}
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(90_000)
        page.on(
            "console",
            lambda message: (
                said.append(message.text) if message.type in ("error", "warning") else None
            ),
        )
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on(
            "request",
            lambda request: (
                said.append(request.url)
                if not request.url.startswith((desk.url, "blob:", "data:"))
                else None
            ),
        )
        page.goto(desk.url)
        if log_in:
            page.locator("input[type=password]").fill(desk.key(gallery, scopes)[1])
            page.keyboard.press("Enter")
            page.get_by_role("navigation").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [text for text in said if not any(one in text for one in EXPECTED)] == []
