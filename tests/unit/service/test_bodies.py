"""What is refused before anybody looks at a photograph."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from facemetric.service import Limits
from facemetric.service.engine import Engine
from facemetric.service.photos import shown_name
from layouts.service import Served, served

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
