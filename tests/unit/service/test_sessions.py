"""Sessions of the page: what begins and ends them, and who may not use them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from threading import Timer

import pytest
from fastapi import FastAPI

from facemetric.service.access import Guard
from facemetric.service.sessions import COOKIES, IDLE_S, LIFE_S, Sessions
from layouts.service import Clock, Served, TestClient

PAGE = {"X-Facemetric": "page"}
OWN = {**PAGE, "Sec-Fetch-Site": "same-origin"}
ORIGIN = "http://testserver"


@dataclass
class Time:
    """Seconds that a test moves."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def browser(service: Served) -> Iterator[TestClient]:
    """A client that is logged in with a new key, in ``browser.key_id`` and ``browser.secret``."""
    key, secret = service.keys.new("page", scopes=["admin"])
    client = TestClient(service.app, base_url=ORIGIN)  # without its lifespan: it runs already
    answer = client.post("/session", json={"key": secret}, headers=OWN)
    assert answer.status_code == 200
    client.key_id, client.secret = key.id, secret
    yield client
    client.close()


def test_the_cookie_is_out_of_reach(service: Served) -> None:
    client = TestClient(service.app)
    answer = client.post("/session", json={"key": service.secrets["admin"]}, headers=OWN)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("facemetric=") and service.secrets["admin"] not in cookie
    for part in ("HttpOnly", "SameSite=strict", "Path=/", f"Max-Age={LIFE_S:.0f}"):
        assert part in cookie
    assert "Secure" not in cookie and "Domain" not in cookie
    assert answer.headers["cache-control"] == "no-store"


def test_over_tls_the_cookie_is_bound_to_the_host(service: Served) -> None:
    client = TestClient(service.app)
    behind_proxy = {**OWN, "Origin": "https://faces.example"}
    answer = client.post("/session", json={"key": service.secrets["admin"]}, headers=behind_proxy)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-facemetric=") and "Secure" in cookie


def test_a_session_does_what_its_key_may(browser: TestClient, service: Served) -> None:
    shown = browser.get("/session").json()
    assert shown["key"]["key_id"] == browser.key_id
    assert 0 < shown["left_s"] <= LIFE_S and shown["idle_s"] == IDLE_S
    assert browser.get("/v1/keys").status_code == 200
    reading = TestClient(service.app)
    reading.post("/session", json={"key": service.secrets["read"]}, headers=OWN)
    assert reading.get("/v1/galleries").status_code == 200
    assert reading.get("/v1/keys").status_code == 403


def test_nobody_is_told_so_without_an_error(service: Served) -> None:
    answer = TestClient(service.app).get("/session")
    assert (answer.status_code, answer.json()["key"]) == (200, None)


@pytest.mark.parametrize("name", ["expired", "revoked"])
def test_a_key_that_has_ended_begins_nothing(service: Served, name: str) -> None:
    client = TestClient(service.app)
    answer = client.post("/session", json={"key": service.secrets[name]}, headers=OWN)
    assert (answer.status_code, answer.json()["code"]) == (401, "expired_key")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {},  # a form, or another site's simple request
        {"Sec-Fetch-Site": "same-origin"},  # without the page's header
        {**PAGE, "Sec-Fetch-Site": "cross-site"},
        {**PAGE, "Sec-Fetch-Site": "same-site"},  # another port of the host
        {**PAGE, "Sec-Fetch-Site": "none"},
        {**PAGE, "Origin": "http://evil.example"},
        {**PAGE, "Origin": "null"},
        {**PAGE, "Origin": "http://["},
        {**PAGE, "Origin": ORIGIN + ".evil.example"},
    ],
)
def test_other_sites_change_nothing(
    browser: TestClient, service: Served, headers: dict[str, str]
) -> None:
    for method, path in [
        ("DELETE", f"/v1/keys/{browser.key_id}"),
        ("POST", f"/v1/keys/{browser.key_id}/rotate"),
        ("DELETE", "/session"),
    ]:
        answer = browser.request(method, path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    strange = TestClient(service.app).post(
        "/session", json={"key": browser.secret}, headers=headers
    )
    assert strange.status_code == 403 and "set-cookie" not in strange.headers
    assert service.keys.check(browser.secret)[1]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_sites_read_nothing(browser: TestClient, site: str) -> None:
    assert browser.get("/v1/keys", headers={"Sec-Fetch-Site": site}).status_code == 403


def test_the_page_itself_may_change(browser: TestClient) -> None:
    made = browser.post("/v1/keys", json={"name": "more", "scopes": ["read"]}, headers=OWN)
    assert made.status_code == 201
    old_browser = {**PAGE, "Origin": ORIGIN}
    made = browser.post("/v1/keys", json={"name": "more", "scopes": ["read"]}, headers=old_browser)
    assert made.status_code == 201


def test_a_key_in_the_header_needs_no_page(browser: TestClient) -> None:
    bearer = {"Authorization": f"Bearer {browser.secret}", "Sec-Fetch-Site": "cross-site"}
    assert browser.get("/v1/keys", headers=bearer).status_code == 200
    wrong = browser.get("/v1/keys", headers={"Authorization": "Bearer x"})
    assert wrong.json()["code"] == "wrong_key"  # the cookie does not help it


def test_revoking_the_key_ends_its_sessions(browser: TestClient, service: Served) -> None:
    service.keys.revoke(browser.key_id)
    answer = browser.get("/v1/keys")
    assert (answer.status_code, answer.json()["code"]) == (401, "session")
    assert browser.get("/session").json()["key"] is None


def test_another_secret_ends_them_after_the_grace(browser: TestClient, service: Served) -> None:
    service.keys.rotate(browser.key_id, grace=timedelta(hours=1))
    assert browser.get("/v1/whoami").status_code == 200
    service.keys.rotate(browser.key_id)
    assert browser.get("/v1/whoami").status_code == 401


def test_the_end_of_the_key_is_the_end_of_the_session(service: Served) -> None:
    clock: Clock = service.clock
    _, secret = service.keys.new("short", scopes=["read"], expires=clock.now + timedelta(minutes=5))
    client = TestClient(service.app)
    client.post("/session", json={"key": secret}, headers=OWN)
    assert client.get("/v1/whoami").status_code == 200
    before, clock.now = clock.now, clock.now + timedelta(minutes=6)
    assert client.get("/v1/whoami").status_code == 401
    clock.now = before


def test_log_out(browser: TestClient) -> None:
    kept = dict(browser.cookies)
    answer = browser.delete("/session", headers=OWN)
    assert answer.json()["key"] is None and not browser.cookies
    browser.cookies.update(kept)  # a copy of the cookie opens nothing either
    assert browser.get("/v1/whoami").status_code == 401


def test_logging_in_again_ends_the_session_before(browser: TestClient) -> None:
    kept = dict(browser.cookies)
    browser.post("/session", json={"key": browser.secret}, headers=OWN)
    browser.cookies.clear()
    browser.cookies.update(kept)
    assert browser.get("/v1/whoami").status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{}", 422), (b'{"key": ""}', 422), (b"[", 422), (b" " * 5000, 413), (b'{"key": 1}', 422)],
)
def test_what_is_no_key_is_told(service: Served, body: bytes, status: int) -> None:
    client = TestClient(service.app)
    headers = {**OWN, "Content-Type": "application/json"}
    assert client.post("/session", content=body, headers=headers).status_code == status
    assert client.post("/session", data={"key": "x"}, headers=OWN).status_code == 415


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def sessions(service: Served, time: Time) -> Sessions:
    return Sessions(service.keys, most=3, clock=time)


def begun(sessions: Sessions, service: Served) -> str:
    key, usable = service.keys.check(service.secrets["admin"])
    assert key is not None and usable
    return sessions.begin(key, service.secrets["admin"])


def test_a_session_ends_unused(sessions: Sessions, service: Served, time: Time) -> None:
    name = begun(sessions, service)
    time.now = IDLE_S - 1
    assert sessions.key(name, use=True)
    time.now = 2 * IDLE_S - 2
    assert sessions.key(name, use=False)  # the page by itself does not put the end off
    time.now = 2 * IDLE_S
    assert sessions.key(name, use=True) is None


def test_a_session_ends_however_it_is_used(sessions: Sessions, service: Served, time: Time) -> None:
    name = begun(sessions, service)
    while time.now < LIFE_S - 60:
        time.now += 60
        assert sessions.key(name, use=True)
    assert sessions.left_s(name) == pytest.approx(60)
    time.now = LIFE_S
    assert sessions.key(name, use=True) is None
    assert sessions.left_s(name) == 0


def test_there_are_only_so_many(sessions: Sessions, service: Served, time: Time) -> None:
    names = []
    for time.now in range(4):
        names.append(begun(sessions, service))
    assert [sessions.key(name, use=False) is not None for name in names] == [False, *[True] * 3]


def test_cookies_are_not_kept_as_they_are(sessions: Sessions, service: Served) -> None:
    name = begun(sessions, service)
    assert name not in repr(vars(sessions)) and service.secrets["admin"] not in repr(vars(sessions))
    for other in ("", name[:-1], name + "x", "\udc80", COOKIES[0]):
        assert sessions.key(other, use=True) is None


def test_a_guard_has_its_own_sessions(service: Served) -> None:
    assert Guard(service.keys).sessions is not service.app.state.service.guard.sessions


def test_what_is_done_is_in_the_log_without_the_secret(
    browser: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "facemetric.service")
    browser.post("/session", json={"key": browser.secret}, headers=OWN)
    (line,) = [one.facts for one in caplog.records if hasattr(one, "facts")]
    assert line["key"] == browser.key_id and browser.secret not in repr(line)


def test_the_description_is_of_the_api_alone(service: Served) -> None:
    app: FastAPI = service.app
    assert not [
        path
        for path in app.openapi()["paths"]
        if not path.startswith(("/v1", "/health", "/ready", "/metrics"))
    ]


def test_a_stream_ends_with_the_key(browser: TestClient, service: Served, tmp_path: Path) -> None:
    running = service.app.state.service
    before = running.settings
    running.settings = replace(before, events={"main": tmp_path / "none"})
    Timer(0.5, service.keys.revoke, [browser.key_id]).start()
    try:
        answer = browser.get("/v1/galleries/main/events/stream")  # comes back: it has an end
    finally:
        running.settings = before
    assert answer.text.startswith(": still here")
