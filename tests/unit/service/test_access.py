"""Every endpoint against every kind of key, out of the description itself."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter

from facemetric.service.access import GuardedRoute
from facemetric.service.routes import ROUTERS
from layouts.service import Served

NOBODY = "00000000-0000-0000-0000-000000000000"
FILL = {"gallery": "main", "person_id": NOBODY, "sample_id": NOBODY, "job_id": NOBODY, "group": "g"}
OPEN = {("get", "/health"), ("get", "/ready")}
LACKING = {"read": "enrol", "enrol": "read", "admin": "read+enrol"}


def operations(service: Served) -> Iterator[tuple[str, str, dict[str, Any]]]:
    document = service.http.get("/v1/openapi.json").json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def ask(service: Served, method: str, path: str, headers: dict[str, str]) -> Any:
    address = re.sub(r"\{(\w+)\}", lambda found: FILL.get(found[1], "0" * 8), path)
    return service.http.request(method.upper(), address, headers={"Authorization": "", **headers})


def test_every_route_is_described(service: Served) -> None:
    described = {path for _, path, _ in operations(service)}
    assert len(described) >= 20
    for router in ROUTERS:
        for route in router.routes:
            path = getattr(route, "path", None)
            if path is not None and getattr(route, "include_in_schema", False):
                assert path in described


def test_what_is_open_is_known(service: Served) -> None:
    scopes = {(method, path): one.get("x-scope") for method, path, one in operations(service)}
    assert {where for where, scope in scopes.items() if scope is None} == OPEN


def test_a_route_without_a_scope_is_not_made() -> None:
    router = APIRouter(route_class=GuardedRoute)
    with pytest.raises(TypeError, match="scope"):
        router.get("/v1/forgotten")(lambda: None)


def refusals(service: Served) -> Iterator[tuple[str, str, str, dict[str, str], int, str]]:
    for method, path, operation in operations(service):
        scope = operation.get("x-scope")
        if scope is None:
            continue
        forged = service.secrets["admin"][:-1] + "!"
        yield "none", method, path, {}, 401, "no_key"
        yield "basic", method, path, {"Authorization": "Basic YTpi"}, 401, "no_key"
        yield "nonsense", method, path, {"Authorization": "Bearer x"}, 401, "wrong_key"
        yield "forged", method, path, {"Authorization": f"Bearer {forged}"}, 401, "wrong_key"
        yield "expired", method, path, service.bearer("expired"), 401, "expired_key"
        yield "revoked", method, path, service.bearer("revoked"), 401, "expired_key"
        yield "scope", method, path, service.bearer(LACKING[scope]), 403, "scope"
        if "{gallery}" in path:
            yield "gallery", method, path, service.bearer("other"), 403, "gallery"


def test_every_endpoint_refuses(service: Served, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "facemetric.service")
    seen = 0
    for kind, method, path, headers, status, code in refusals(service):
        caplog.clear()
        response = ask(service, method, path, headers)
        where = f"{kind}: {method} {path}"
        assert response.status_code == status, where
        assert response.json()["code"] == code, where
        assert response.headers["content-type"] == "application/problem+json"
        assert ("www-authenticate" in response.headers) == (status == 401), where
        (line,) = [one.facts for one in caplog.records if hasattr(one, "facts")]
        assert line["event"] == "refused" and line["route"] == path and line["status"] == status
        seen += 1
    assert seen > 150


def test_a_key_of_one_gallery_does_not_learn_of_others(service: Served) -> None:
    for name in ("other", "no-such-gallery"):
        response = service.http.get(f"/v1/galleries/{name}", headers=service.bearer("main"))
        assert response.status_code == 403
    shown = service.http.get("/v1/galleries", headers=service.bearer("main")).json()
    assert [one["gallery"] for one in shown["galleries"]] == ["main"]
    assert service.http.get("/v1/galleries/no-such-gallery").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/keys"),
        ("POST", "/v1/keys"),
        ("POST", "/v1/keys/00000000/rotate"),
        ("DELETE", "/v1/keys/00000000"),
    ],
)
def test_a_bound_key_makes_no_keys(service: Served, method: str, path: str) -> None:
    body = {"name": "more", "scopes": ["admin"]} if path == "/v1/keys" else None
    response = service.http.request(method, path, json=body, headers=service.bearer("main"))
    assert response.status_code == 403


def test_a_key_may_ask_so_often(service: Served) -> None:
    _, secret = service.keys.new("slow", scopes=["read"], per_minute=3)
    headers = {"Authorization": f"Bearer {secret}"}
    answers = [service.http.get("/v1/whoami", headers=headers) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[3].headers["retry-after"]) <= 20
