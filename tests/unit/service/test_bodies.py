"""What is refused before anybody looks at a photograph."""

from __future__ import annotations

import asyncio
import base64
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import Request

from facemetric.errors import InputError
from facemetric.service import Limits
from facemetric.service.engine import Engine
from facemetric.service.photos import shown_name, upload_of
from facemetric.wire.requests import PhotosIn
from layouts.service import Served, listening, served

JPEG = {"Content-Type": "image/jpeg"}


@pytest.fixture(scope="module")
def small(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    limits = Limits(body_bytes=10_000, job_body_bytes=20_000, photos=2, job_photos=3)
    folder = tmp_path_factory.mktemp("small")
    with served(folder, engine, lambda usual: replace(usual, limits=limits)) as running:
        yield running


def test_a_body_that_is_too_large(small: Served) -> None:
    answer = small.http.post("/v1/detect", content=b"x" * 10_001, headers=JPEG)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert answer.headers["connection"] == "close"

    def parts() -> Iterator[bytes]:
        for _ in range(11):
            yield b"x" * 1000

    answer = small.http.post("/v1/detect", content=parts(), headers=JPEG)
    assert answer.status_code == 413
    answer = small.http.post("/v1/keys", json={"name": "x" * 20_000, "scopes": ["read"]})
    assert answer.status_code == 413


@pytest.fixture(scope="module")
def narrow(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    limits = Limits(
        body_bytes=100_000, json_bytes=10_000, job_body_bytes=300_000, bodies_bytes=300_000
    )
    folder = tmp_path_factory.mktemp("narrow")
    with served(folder, engine, lambda usual: replace(usual, limits=limits)) as running:
        yield running


@pytest.mark.parametrize(
    ("path", "kind", "size"),
    [
        ("/v1/galleries/main/people/find", "application/json", 9_000),
        ("/v1/detect", "image/jpeg", 90_000),
        ("/v1/jobs/cluster", "multipart/form-data; boundary=b", 290_000),
    ],
)
def test_bodies_of_all_requests_share_the_memory(
    narrow: Served, path: str, kind: str, size: int
) -> None:
    allowance = narrow.app.state.service.allowance

    def until(taken: int) -> None:
        deadline = time.monotonic() + 300
        while allowance.taken != taken and time.monotonic() < deadline:
            time.sleep(0.01)
        assert allowance.taken == taken

    times = 30 if kind == "application/json" else 1
    with listening(narrow.app) as url, ExitStack() as stack:
        host, port = url.removeprefix("http://").split(":")
        bearer = narrow.bearer("admin")["Authorization"]
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {bearer}\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {size}\r\n\r\n"
        )
        senders = []
        while allowance.taken + size * times <= allowance.most_bytes:
            sender = stack.enter_context(socket.create_connection((host, int(port))))
            sender.sendall(head.encode() + b" " * (size - 1))
            senders.append(sender)
            until(len(senders) * (size - 1) * times)
        announced = narrow.http.post(path, content=b" " * size, headers={"Content-Type": kind})

        def parts() -> Iterator[bytes]:
            yield from [b" " * 1000] * (size // 1000)

        unannounced = narrow.http.post(path, content=parts(), headers={"Content-Type": kind})
        for answer in (announced, unannounced):
            assert (answer.status_code, answer.json()["code"]) == (429, "busy")
            assert int(answer.headers["retry-after"]) >= 1
            assert answer.headers["connection"] == "close"
        assert narrow.http.get("/v1/whoami").status_code == 200
        for sender in senders:
            sender.close()
        until(0)
        answer = narrow.http.post(path, content=b" " * size, headers={"Content-Type": kind})
        assert answer.status_code in (400, 422)
    assert allowance.taken == 0


def test_room_for_the_largest_body_is_needed() -> None:
    with pytest.raises(InputError, match="bodies_bytes: expected room for the largest body"):
        Limits(bodies_bytes=100 << 20)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/galleries/main/search", b'{"embeddings": [%s]}' % b",".join([b"[]"] * 20_000)),
        ("/v1/galleries/main/search", b'{"embeddings": [[%s]]}' % b",".join([b'""'] * 20_000)),
        ("/v1/keys", b'{"name": "x", "scopes": [%s]}' % b",".join([b"1"] * 20_000)),
        (
            "/v1/keys",
            b'{"name": "x", "scopes": ["read"], "galleries": [%s]}' % b",".join([b"1"] * 20_000),
        ),
        ("/v1/galleries/main/people/find", b"{%s}" % b",".join(b'"%d":1' % n for n in range(5001))),
        ("/v1/detect", b'{"photos": [%s]}' % b",".join([b"1"] * 15_000)),
        (
            "/v1/galleries/main/people",
            b'{"name": "A", "photos": [{"base64": "eA=="}], "groups": [%s]}'
            % b",".join([b"1"] * 15_000),
        ),
    ],
)
def test_a_million_mistakes_are_not_told_one_by_one(
    service: Served, path: str, body: bytes
) -> None:
    answer = service.http.post(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) <= 4


@pytest.mark.parametrize("path", ["/v1/detect", "/v1/jobs/cluster"])
def test_too_many_photographs(small: Served, path: str) -> None:
    files = [("photo", ("a.jpg", b"x"))] * 4
    answer = small.http.post(path, files=files)
    assert answer.status_code == 422 and "at most" in answer.json()["detail"]
    coded = {"photos": [{"base64": "eA=="}] * 4}
    assert small.http.post(path, json=coded).status_code == 422


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "image/svg+xml", "application/xml", "multipart/mixed", "jpeg", "image/*"],
)
def test_other_media_types(small: Served, kind: str) -> None:
    answer = small.http.post("/v1/detect", content=b"x", headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["field"]) == (415, "Content-Type")


def test_other_encodings(small: Served) -> None:
    headers = {**JPEG, "Content-Encoding": "gzip"}
    assert small.http.post("/v1/detect", content=b"x", headers=headers).status_code == 415
    headers = {"Content-Type": "application/json; charset=latin-1"}
    assert small.http.post("/v1/detect", content=b"{}", headers=headers).status_code == 415


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"photos": []}',
        b'{"photos": [{"base64": "***"}]}',
        b'{"photos": [{"base64": "eA==", "url": "http://example.com/a.jpg"}]}',
        b'{"photos": [{"url": "file:///etc/passwd"}]}',
        b"\xff\xfe",
        b"[" * 5000,
    ],
)
def test_json_that_is_none_of_ours(small: Served, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = small.http.post("/v1/detect", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["field"] is not None


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("multipart/form-data", b"x", 400),
        ("multipart/form-data; boundary=b", b"", 400),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\nx", 400),
        ("multipart/form-data; boundary=b", b"--b--\r\n", 422),
    ],
)
def test_forms_that_are_none(small: Served, kind: str, body: bytes, status: int) -> None:
    answer = small.http.post("/v1/detect", content=body, headers={"Content-Type": kind})
    assert answer.status_code in (status, 422), answer.text


def test_fields_that_nobody_knows(small: Served) -> None:
    photo = ("photo", ("a.jpg", b"x"))
    for request in (
        {"files": [photo], "data": {"url": "http://169.254.169.254/"}},
        {"files": [photo, ("picture", ("b.jpg", b"x"))]},
        {"data": {"photo": "not a file"}, "files": [("x", b"")]},
    ):
        answer = small.http.post("/v1/detect", **request)  # type: ignore[arg-type]
        assert answer.status_code == 422


def test_answers_do_not_repeat_what_came(small: Served, samples: dict[str, Path]) -> None:
    secret = base64.b64encode(b"a face that nobody should see").decode()
    answer = small.http.post("/v1/detect", json={"photos": secret, "more": secret})
    assert answer.status_code == 422 and secret not in answer.text


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=b", "application/json"])
def test_others_have_their_turn_while_a_large_body_is_taken_apart(kind: str) -> None:
    photo = b"x" * (24 << 20)
    head = b'--b\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
    body = head + photo + b"\r\n--b--\r\n"
    if kind == "application/json":
        body = b'{"photos": [{"base64": "%s"}]}' % base64.b64encode(photo)

    async def came() -> dict[str, object]:
        return {"type": "http.request", "body": body}

    async def taken_apart() -> tuple[int, int]:
        scope = {"type": "http", "headers": [(b"content-type", kind.encode())]}
        turns, done = 0, False

        async def others() -> None:
            nonlocal turns
            while not done:
                turns += 1
                await asyncio.sleep(0)

        waiting = asyncio.create_task(others())
        request = Request(scope, came)  # type: ignore[arg-type]
        await request.body()
        before = turns
        upload = await upload_of(request, PhotosIn, most=3)
        done = True
        await waiting
        return len(upload.photos[0].data), turns - before

    size, turns = asyncio.run(taken_apart())
    assert size == len(photo) and turns >= 10


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a.jpg", "a.jpg"),
        ("/home/ada/a.jpg", "a.jpg"),
        ("C:\\faces\\a.jpg", "a.jpg"),
        ("a\x00\n\u0085b", "ab"),
        ("..", ".."),
        ("", "photo 3"),
        (None, "photo 3"),
        ("x" * 300, "x" * 200),
        ("\ud800.jpg", ".jpg"),
    ],
)
def test_names_of_photographs(given: str | None, shown: str) -> None:
    assert shown_name(given, 3) == shown
