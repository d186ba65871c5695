"""Health, headers, logs, metrics, keys over the API, the audit log."""

from __future__ import annotations

import json
import logging
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from facemetric.errors import AccessError, BusyError, GalleryError, ServiceError, VaultError
from facemetric.gallery import receipt_problems
from facemetric.service import KeyStore, create_app
from facemetric.service.engine import Engine
from facemetric.service.envelope import HEADERS
from facemetric.service.events import JsonLines, failure
from facemetric.service.server import Address, open_keys, serve
from facemetric.service.workforce import Deadline
from facemetric.vault import MasterKey, verify_log
from facemetric.wire import ErasureReceiptOut
from layouts.service import Served, TestClient, served, settings_in

JPEG = {"Content-Type": "image/jpeg"}


def test_health_needs_no_key(service: Served) -> None:
    for path in ("/health", "/ready"):
        answer = service.http.get(path, headers={"Authorization": ""})
        assert (answer.status_code, answer.json()["state"]) == (200, "ok")


def test_not_ready_before_the_start(engine: Engine, tmp_path: Path) -> None:
    keys = KeyStore(None)
    app = create_app(settings_in(tmp_path), keys=keys, engine=engine)
    http = TestClient(app)  # without its lifespan
    assert http.get("/health").status_code == 200
    assert http.get("/ready").status_code == 503
    keys.close()


@pytest.mark.parametrize("path", ["/health", "/v1/whoami", "/v1/keys", "/nowhere", "/v1/detect"])
def test_every_answer_has_the_headers(service: Served, path: str) -> None:
    for key in ({}, {"Authorization": ""}):
        headers = service.http.get(path, headers=key).headers
        assert all(headers[name] == value for name, value in HEADERS.items())
        assert len(headers["x-request-id"]) == 32
        assert "server" not in headers and "access-control-allow-origin" not in headers


def test_a_request_id_may_be_given(service: Served) -> None:
    def told(given: str) -> str:
        return str(
            service.http.get("/health", headers={"X-Request-Id": given}).headers["x-request-id"]
        )

    assert told("trace-0123456789") == "trace-0123456789"
    assert told("x") != "x" and told("a b c d e f g h") != "a b c d e f g h"


@pytest.mark.parametrize("path", ["/v1/nothing", "/static/nothing.js", "/v1/galleries/"])
def test_an_address_that_is_not_there_is_a_problem(service: Served, path: str) -> None:
    answer = service.http.get(path)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (404, 404, "not_found")
    assert "/v1/openapi.json" in problem["fix"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/detect", "POST"),
        ("PUT", "/v1/galleries/main/people", "GET, POST"),
        ("POST", f"/v1/galleries/main/people/{'0' * 8}", "GET, PATCH, DELETE"),
        ("PATCH", "/v1/openapi.json", "GET"),
        ("DELETE", "/static/app.js", "GET, HEAD"),
    ],
)
def test_a_method_that_is_not_taken_is_told_the_others(
    service: Served, method: str, path: str, allowed: str
) -> None:
    answer = service.http.request(method, path)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (405, 405, "method")
    assert answer.headers["allow"] == allowed
    assert problem["fix"] == f"Use {allowed}"


def test_the_log_knows_no_names_and_no_secrets(
    service: Served, samples: dict[str, Path], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    files = [("photo", ("obama-portrait.jpg", samples["obama"].read_bytes()))]
    path = "/v1/galleries/main/people"
    made = service.http.post(path, files=files, data={"name": "Barack Obama"}).json()
    service.http.post(path, files=files, data={"name": "Barack Bama"})
    service.http.get("/v1/galleries/main/people?after=Barack")
    service.http.post(f"{path}/find", json={"name": "Barack"})
    service.http.get("/v1/whoami", headers={"Authorization": "Bearer fmk_Barack"})
    service.http.delete(f"{path}/{made['person_id']}")
    lines = [JsonLines().format(one) for one in caplog.records if one.name.startswith("facemetric")]
    assert len(lines) == 6
    text = "\n".join(lines)
    for word in ("Barack", "obama", service.secrets["admin"], made["person_id"], "fmk_"):
        assert word not in text
    first = json.loads(lines[0])
    assert first["route"] == path.replace("main", "{gallery}")
    assert first["status"] == 201 and first["key"] and first["ms"] > 0


def test_a_failure_is_told_without_its_message() -> None:
    try:
        try:
            raise ValueError("Barack")
        except ValueError as error:
            raise RuntimeError("fmk_secret") from error
    except RuntimeError as error:
        told = failure(error)
    assert told[0] == "RuntimeError from ValueError"
    assert "test_system.py" in told[1] and "Barack" not in str(told)
    record = logging.LogRecord("x", logging.ERROR, "", 0, "it %s", ("broke",), None)
    assert json.loads(JsonLines().format(record))["message"] == "it broke"


def test_a_defect_is_a_500_without_its_message(
    service: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("Barack")

    monkeypatch.setattr(service.app.state.service, "figures", broken)
    answer = service.http.get("/v1/service")
    assert answer.status_code == 500 and "Barack" not in answer.text
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_metrics(service: Served, samples: dict[str, Path]) -> None:
    service.http.post("/v1/detect", content=samples["obama"].read_bytes(), headers=JPEG)
    text = service.http.get("/metrics", headers=service.bearer("read")).text
    assert 'facemetric_requests_total{method="POST",route="/v1/detect",status="200"}' in text
    assert "facemetric_request_seconds_bucket" in text
    assert "facemetric_photo_requests_in_work 0.0" in text
    figures = service.http.get("/v1/service").json()
    assert figures["requests"] > 0 and figures["most_in_work"] == 64


def test_the_bundle(service: Served) -> None:
    shown = service.http.get("/v1/bundle").json()
    assert shown["model"]["id"] == "dlib-resnet-v1" and shown["model"]["licence"] == "CC0-1.0"
    assert any(point["far"] == 1e-3 for table in shown["calibrations"] for point in table["points"])


def test_keys_over_the_api(service: Served) -> None:
    asked = {"name": "door", "scopes": ["read"], "galleries": ["main"], "per_minute": 60}
    made = service.http.post("/v1/keys", json=asked).json()
    bearer = {"Authorization": f"Bearer {made['secret']}"}
    me = service.http.get("/v1/whoami", headers=bearer).json()["key"]
    assert (me["name"], me["scopes"], me["galleries"]) == ("door", ["read"], ["main"])
    turned = service.http.post(f"/v1/keys/{me['key_id']}/rotate").json()
    assert service.http.get("/v1/whoami", headers=bearer).status_code == 401
    bearer = {"Authorization": f"Bearer {turned['secret']}"}
    assert service.http.get("/v1/whoami", headers=bearer).status_code == 200
    (revoked,) = service.http.delete(f"/v1/keys/{me['key_id']}").json()["keys"]
    assert revoked["revoked"]
    assert service.http.get("/v1/whoami", headers=bearer).status_code == 401
    assert service.http.post(f"/v1/keys/{me['key_id']}/rotate").status_code == 409
    assert me["key_id"] in {one["key_id"] for one in service.http.get("/v1/keys").json()["keys"]}
    assert "secret" not in service.http.get("/v1/keys").json()["keys"][0]
    refused = service.http.post("/v1/keys", json={**asked, "galleries": ["main", "BAD"]})
    problem = refused.json()
    assert (refused.status_code, problem["field"]) == (422, "galleries")
    assert problem["detail"].endswith("got 'BAD'")


def test_a_gallery_that_is_made_is_told_of_whatever_comes_next(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = settings_in(tmp_path, audit=tmp_path / "nowhere" / "audit.jsonl")
    service = create_app(settings, keys=KeyStore(None)).state.service
    with pytest.raises(VaultError, match=r"No such file or directory\. Name a file in a folder"):
        service.start()
    service.stop()
    told = [vars(one)["facts"] for one in caplog.records if one.message == "new gallery"]
    places = {name: str(tmp_path / f"{name}.db") for name in ("main", "other")}
    assert {one["gallery"]: one["place"] for one in told} == places


def test_what_was_done_is_in_the_audit_log(
    engine: Engine, samples: dict[str, Path], tmp_path: Path
) -> None:
    log = tmp_path / "audit.jsonl"
    with served(tmp_path, engine, lambda usual: replace(usual, audit=log)) as service:
        photo = samples["obama"].read_bytes()
        path = "/v1/galleries/main/people"
        files = [("photo", ("o.jpg", photo))]
        made = service.http.post(path, files=files, data={"name": "Barack"}).json()
        service.http.post("/v1/galleries/main/identify", content=photo, headers=JPEG)
        service.http.patch(f"{path}/{made['person_id']}", json={"groups": ["staff"]})
        service.http.delete(f"{path}/{made['person_id']}")
        service.http.post("/v1/keys", json={"name": "door", "scopes": ["read"]})
        entries = service.http.get("/v1/audit").json()["entries"]
        actions = ["person.enrol", "identify", "person.edit", "person.erase.begin", "person.erase"]
        actions += ["key.new"]
        assert [one["action"] for one in entries[1:]] == actions
        assert entries[1]["subject"] == made["person_id"] and entries[1]["counts"]["samples"] == 1
        assert entries[2]["counts"] == {"faces": 1, "named": 1}
        bound = service.http.get("/v1/audit", headers=service.bearer("main")).json()["entries"]
        assert [one["action"] for one in bound] == actions[:-1]
        assert not service.http.get("/v1/audit", headers=service.bearer("other")).json()["entries"]
        page = service.http.get("/v1/audit", params={"limit": 2}).json()["entries"]
        assert page == entries[-2:]
        earlier = {"limit": 3, "before": page[0]["number"]}
        assert service.http.get("/v1/audit", params=earlier).json()["entries"] == entries[-5:-2]
        first = service.http.get("/v1/audit", params={"before": 1}).json()["entries"]
        assert first == []
        # Another process is in the middle of a line.
        with log.open("ab") as file:
            file.write(b'{"number":99,"at"')
        assert service.http.get("/v1/audit").json()["entries"] == entries
        bound = service.http.get("/v1/audit", headers=service.bearer("main")).json()["entries"]
        assert [one["action"] for one in bound] == actions[:-1]
        with log.open("r+b") as file:
            file.truncate(file.seek(0, 2) - len(b'{"number":99,"at"'))
    assert verify_log(log).is_sound
    assert b"Barack" not in log.read_bytes()


def test_an_encrypted_gallery_with_its_receipts(samples: dict[str, Path], tmp_path: Path) -> None:
    key = MasterKey(bytes(range(32)))
    settings = settings_in(tmp_path, master_key=key, audit=tmp_path / "audit.jsonl")
    engine = Engine(settings, observe=lambda chips: None)
    with served(tmp_path, engine, lambda usual: settings) as service:
        path = "/v1/galleries/main/people"
        files = [("photo", ("ada-portrait.jpg", samples["obama"].read_bytes()))]
        made = service.http.post(path, files=files, data={"name": "Ada Lovelace"}).json()
        mine = f"{path}/{made['person_id']}"
        exported = service.http.get(f"{mine}/export").json()
        assert exported["name"] == "Ada Lovelace" and len(exported["samples"]) == 1
        assert [one["action"] for one in exported["audit"]] == ["person.enrol", "person.export"]
        for file in tmp_path.glob("main.db*"):
            assert b"Ada" not in file.read_bytes() and b"ada-portrait" not in file.read_bytes()
        receipt = ErasureReceiptOut.model_validate(service.http.delete(mine).json())
        gallery = engine.gallery("main")
        log = tmp_path / "audit.jsonl"
        assert receipt_problems(receipt, key=key, log=log, gallery=gallery) == []
        assert receipt.purged and receipt.signature
        assert service.http.delete(mine).status_code == 404
    engine.close()


def test_reading_a_long_log_ends_with_the_deadline(
    engine: Engine, samples: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_in(tmp_path, audit=tmp_path / "audit.jsonl")
    with served(tmp_path, engine, lambda usual: settings) as service:
        files = [("photo", ("ada.jpg", samples["obama"].read_bytes()))]
        path = "/v1/galleries/main/people"
        asked = service.http.post(path, files=files, data={"name": "Ada", "groups": "long"})
        mine = f"{path}/{asked.json()['person_id']}"
        looks: list[float] = []

        def check(deadline: Deadline) -> None:
            looks.append(deadline.left_s)
            if len(looks) > 1:  # the first is at the beginning of the work
                raise BusyError("the deadline has passed")

        with monkeypatch.context() as late:
            late.setattr(Deadline, "check", check)
            for address, key in ((f"{mine}/export", "admin"), ("/v1/audit", "main")):
                looks.clear()
                answer = service.http.get(address, headers=service.bearer(key))
                assert (answer.status_code, answer.json()["code"]) == (504, "deadline"), address
        assert service.http.get(f"{mine}/export").status_code == 200
        assert service.http.delete(mine).status_code == 200


def test_no_audit_log_is_a_404(service: Served) -> None:
    assert service.http.get("/v1/audit").status_code == 404


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("127.0.0.1.example.org", False),
    ],
)
def test_without_keys_only_this_machine_is_served(
    tmp_path: Path, host: str, loopback: bool
) -> None:
    address = Address(host)
    assert address.loopback is loopback
    settings = settings_in(tmp_path)
    if loopback:
        store, secret = open_keys(settings, address)
        assert secret is not None and store.check(secret)[1]
        store.close()
    else:
        with pytest.raises(AccessError, match="facemetric keys new"):
            open_keys(settings, address)
    assert settings.keys is not None
    with KeyStore(settings.keys) as kept:
        key, _ = kept.new("door", scopes=["read"])
        store, secret = open_keys(settings, address)
        assert secret is None
        store.close()
        kept.revoke(key.id)
    if not loopback:
        with pytest.raises(AccessError):
            open_keys(settings, address)


def test_the_app_can_be_made_without_being_run(tmp_path: Path) -> None:
    app = create_app(settings_in(tmp_path))
    assert isinstance(app, FastAPI)
    assert not (tmp_path / "main.db").exists()
    app.state.service.keys.close()


def test_the_start_tells_what_is_new_and_which_keys_open_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = settings_in(tmp_path, audit=tmp_path / "audit.jsonl")

    def told() -> list[dict[str, str]]:
        caplog.clear()
        with TestClient(create_app(settings)):
            pass
        facts = [getattr(record, "facts", {}) for record in caplog.records]
        return [one for one in facts if one.get("event") not in ("started", "stopped")]

    assert settings.keys is not None
    with KeyStore(settings.keys) as keys:
        bound, _ = keys.new("gate", scopes=["read"], galleries=["main", "mian"])
        ended, _ = keys.new("old", scopes=["read"], galleries=["gone"])
        keys.new("all", scopes=["read"])
        keys.revoke(ended.id)
    first, again = told(), told()
    assert first[2] == {"event": "new audit log", "file": str(tmp_path / "audit.jsonl")}
    assert first[:2] == [
        {"event": "new gallery", "gallery": name, "place": str(tmp_path / f"{name}.db")}
        for name in ("main", "other")
    ]
    assert first[3:] == again
    assert again == [
        {"event": "key for a gallery that is not served", "key": bound.id, "gallery": "mian"}
    ]


def test_a_gallery_in_a_folder_that_is_not_there_ends_the_start(tmp_path: Path) -> None:
    settings = replace(settings_in(tmp_path), galleries={"main": str(tmp_path / "no" / "main.db")})
    with pytest.raises(GalleryError, match="existing folder"):
        Engine(settings, observe=lambda chips: None)
    assert not (tmp_path / "no").exists()


def test_a_broken_file_of_keys_lets_nobody_in_and_says_nothing(
    engine: Engine, tmp_path: Path
) -> None:
    with served(tmp_path, engine) as service:
        service.keys._connection.close()
        answer = service.http.get("/v1/whoami")
        assert answer.status_code == 500
        assert str(tmp_path) not in answer.text


def test_an_address_or_a_certificate_that_cannot_be_used(tmp_path: Path) -> None:
    broken = tmp_path / "chain.pem"
    broken.write_text("no certificate")
    for address in (
        Address(port=0, certificate=broken),
        Address(port=0, certificate=tmp_path / "absent.pem"),
        Address("127.255.255.254.example.invalid", 0),
    ):
        with pytest.raises((ServiceError, AccessError)):
            serve(settings_in(tmp_path), address, tell=lambda url, key: None)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = Address(port=taken.getsockname()[1])
        with pytest.raises(ServiceError, match="cannot listen"):
            serve(settings_in(tmp_path), address, tell=lambda url, key: None)
    assert not (tmp_path / "main.db").exists()
