"""Requests made from the service's own description, and uploads that mean harm."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from layouts.service import Served, listening

EXAMPLES = int(os.environ.get("FACEMETRIC_SERVICE_EXAMPLES", "3"))
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
JPEG = {"Content-Type": "image/jpeg"}


@pytest.fixture(scope="module")
def address(service: Served) -> Iterator[str]:
    with listening(service.app) as url:
        yield url


def test_what_the_description_allows_is_answered(service: Served, address: str) -> None:
    schema = schemathesis.openapi.from_dict(service.http.get("/v1/openapi.json").json())
    schema.config.update(base_url=address)
    headers, tried = service.bearer("admin"), 0
    for operation in schema.get_all_operations():
        ready = operation.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=ready.as_strategy())
        def ask(case: schemathesis.Case) -> None:
            nonlocal tried
            case.call_and_validate(headers=headers, checks=CHECKS, timeout=120)
            tried += 1

        ask()
    assert tried > 60


def bombs() -> dict[str, bytes]:
    """Files that are small and claim, or become, something large or odd."""

    def saved(image: Image.Image, kind: str, **options: object) -> bytes:
        stream = io.BytesIO()
        image.save(stream, kind, **options)
        return stream.getvalue()

    huge = bytearray(saved(Image.new("L", (8, 8)), "PNG"))
    huge[16:24] = struct.pack(">II", 30_000, 30_000)
    huge[29:33] = struct.pack(">I", zlib.crc32(huge[12:29]))
    claims = bytearray(saved(Image.new("RGB", (64, 64)), "JPEG"))
    at = claims.index(b"\xff\xc0")
    claims[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    gif = bytearray(saved(Image.new("P", (8, 8)), "GIF"))
    gif[6:10] = b"\xff\xff\xff\xff"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.jpg", b"\0" * 1_000_000)
    return {
        "huge.png": bytes(huge),
        "claims.jpg": bytes(claims),
        "claims.gif": bytes(gif),
        "archive.jpg": archive.getvalue(),
        "empty": b"",
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        "script.png": b"\x89PNG\r\n\x1a\n<script>alert(1)</script>",
        "pickle": b"\x80\x04\x95\x0f\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94.",
        "tiff": b"II*\0\x08\0\0\0\xff\xff" + b"\xff" * 64,
        "webp": b"RIFF\x1a\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff",
    }


@pytest.mark.parametrize("name", sorted(bombs()))
def test_a_bomb_is_refused(service: Served, name: str) -> None:
    answer = service.http.post("/v1/embed", content=bombs()[name], headers=JPEG)
    assert answer.status_code in (415, 422), answer.text


def test_damaged_photographs(service: Served, samples: dict[str, Path], tmp_path: Path) -> None:
    """Bytes of a real photograph cut, flipped and doubled: an answer or a refusal, each time."""
    small = Image.open(samples["obama"]).resize((120, 150))
    whole = []
    for kind in ("JPEG", "PNG", "WEBP"):
        stream = io.BytesIO()
        small.convert("RGB").save(stream, kind)
        whole.append(stream.getvalue())
    rng = np.random.default_rng(7)
    for count in range(30 * EXAMPLES):
        data = bytearray(whole[count % 3])
        for _ in range(int(rng.integers(1, 20))):
            data[int(rng.integers(len(data)))] = int(rng.integers(256))
        if count % 4 == 0:
            data = data[: int(rng.integers(len(data)))]
        form = {"files": [("photo", (f"{count}.jpg", bytes(data)))]}
        raw = {"content": bytes(data), "headers": JPEG}
        answer = service.http.post("/v1/embed", **(form if count % 2 else raw))  # type: ignore[arg-type]
        assert answer.status_code in (200, 415, 422), answer.text


@settings(max_examples=10 * EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    body=st.binary(max_size=400),
    kind=st.sampled_from(["image/jpeg", "application/json", "multipart/form-data; boundary=x"]),
    path=st.sampled_from(["detect", "compare", "jobs/cluster", "galleries/main/people", "keys"]),
    head=st.sampled_from([b"", b"--x\r\nContent-Disposition: form-data; ", b'{"photos": [']),
)
def test_any_bytes_are_answered(
    service: Served, body: bytes, kind: str, path: str, head: bytes
) -> None:
    answer = service.http.post(f"/v1/{path}", content=head + body, headers={"Content-Type": kind})
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


def test_many_small_mistakes_are_not_told_one_by_one(service: Served) -> None:
    extras = ",".join(f'"{index:x}":1' for index in range(100_000))
    json = {"Content-Type": "application/json"}
    find = "/v1/galleries/main/people/find"
    answer = service.http.post(find, json={f"{index:x}": 1 for index in range(4000)})
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 50
    answer = service.http.post(find, content="{" + extras + "}", headers=json)
    assert (answer.status_code, answer.json()["field"]) == (422, "body")
    body = '{"photos":[{"base64":"aaaa"}],' + extras + "}"
    answer = service.http.post("/v1/detect", content=body, headers=json)
    assert (answer.status_code, answer.json()["field"]) == (422, "body")


def test_documents_without_photographs_are_small(service: Served) -> None:
    answer = service.http.post("/v1/galleries/main/people/find", json={"name": "x" * (5 << 20)})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "utf-16"])
def test_forms_are_utf_8(service: Served, charset: str) -> None:
    form = b'--B\r\nContent-Disposition: form-data; name="name"\r\n\r\n-aaaa\r\n--B--\r\n'
    kind = f"multipart/form-data; boundary=B; charset={charset}"
    answer = service.http.post("/v1/detect", content=form, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "media_type")


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_times_that_utc_does_not_have(service: Served, at: str) -> None:
    key = {"name": "x", "scopes": ["read"], "expires": at}
    assert service.http.post("/v1/keys", json=key).status_code == 422
    consent = {"basis": "a", "text": "b", "at": at}
    person = "/v1/galleries/main/people/00000000-0000-0000-0000-000000000000"
    for change in ({"keep_until": at}, {"consent": consent}):
        assert service.http.patch(person, json=change).status_code == 422
