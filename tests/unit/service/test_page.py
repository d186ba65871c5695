"""The page's files: how they are sent, and that they keep to what the policy allows."""

from __future__ import annotations

import re

import pytest

from facemetric.service.page import CSP, assets
from layouts.service import Served

SCRIPTS = sorted(name for name in assets() if name.endswith(".js"))


def text(name: str) -> str:
    return assets()[name].body.decode()


def test_the_page_is_open_and_has_its_policy(service: Served) -> None:
    answer = service.http.get("/", headers={"Authorization": ""})
    assert (
        answer.status_code == 200 and answer.headers["content-type"] == "text/html; charset=utf-8"
    )
    assert answer.headers["content-security-policy"] == CSP
    assert answer.headers["x-frame-options"] == "DENY"
    for rule in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"):
        assert rule in CSP
    assert "unsafe" not in CSP and "http" not in CSP


@pytest.mark.parametrize("name", ["app.js", "style.css", "i18n/ko.json", "icon.svg"])
def test_files_are_sent_with_their_type_and_a_tag(service: Served, name: str) -> None:
    answer = service.http.get(f"/static/{name}", headers={"Authorization": ""})
    assert answer.content == assets()[name].body
    assert answer.headers["content-type"] == assets()[name].media_type
    assert answer.headers["x-content-type-options"] == "nosniff"
    again = service.http.get(f"/static/{name}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = service.http.head(f"/static/{name}")
    assert head.status_code == 200 and head.headers["etag"] == answer.headers["etag"]


@pytest.mark.parametrize(
    "path", ["/static/", "/static/none.js", "/static/../page.py", "/static/%2e%2e/page.py", "/x"]
)
def test_nothing_else_is_sent(service: Served, path: str) -> None:
    answer = service.http.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_nothing_is_inline_and_nothing_from_elsewhere() -> None:
    page = text("index.html")
    assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*src=)|javascript:", page)
    for name in assets():
        for address in re.findall(r"https?://[^\s\"'<)]+", text(name)):
            assert address == "http://www.w3.org/2000/svg", name


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_makes_markup_or_code_of_text(name: str) -> None:
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|setHTML"
        r"|\beval\(|new Function|srcdoc|createContextualFragment|setTimeout\(\s*[\"'`]"
    )
    assert not re.search(forbidden, text(name))


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_import_is_there(name: str) -> None:
    folder = name.rpartition("/")[0]
    for address in re.findall(r'from "([^"]+)"', text(name)):
        assert address.startswith((".", "..")), address
        parts = f"{folder}/{address}".split("/")
        path: list[str] = []
        for part in parts:
            if part == "..":
                path.pop()
            elif part not in (".", ""):
                path.append(part)
        assert "/".join(path) in assets(), address
