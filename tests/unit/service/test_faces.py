"""Photographs in every form that is taken, and what comes back."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from facemetric.recognizer import Recognizer
from facemetric.service.engine import Engine
from facemetric.wire import DetectOut, EmbeddingsOut, VerifyOut
from layouts.service import Served

JPEG = {"Content-Type": "image/jpeg"}


def forms(path: Path) -> list[dict[str, Any]]:
    data = path.read_bytes()
    return [
        {"content": data, "headers": JPEG},
        {"content": data, "headers": {"Content-Type": "application/octet-stream"}},
        {"files": [("photo", (path.name, data))]},
        {"json": {"photos": [{"base64": base64.b64encode(data).decode(), "name": path.name}]}},
    ]


def test_one_photograph_in_every_form_is_the_same(
    service: Served, engine: Engine, samples: dict[str, Path]
) -> None:
    found = [
        DetectOut.model_validate(service.http.post("/v1/detect", **form).json())
        for form in forms(samples["obama"])
    ]
    assert {one.photos[0].faces for one in found} == {found[0].photos[0].faces}
    assert [one.photos[0].source for one in found] == ["photo", "photo", "obama.jpg", "obama.jpg"]
    (face,) = engine.recognizer.detect(samples["obama"])
    assert np.allclose(found[0].photos[0].faces[0].box_xyxy_px, face.box_xyxy_px, atol=0.01)


def test_embeddings_are_those_of_the_library(service: Served, samples: dict[str, Path]) -> None:
    form = forms(samples["biden"])[0]
    answer = EmbeddingsOut.model_validate(service.http.post("/v1/embed", **form).json())
    assert (answer.dim, answer.flip) == (128, True)
    expected = Recognizer().embed(samples["biden"])
    assert np.allclose(answer.photos[0].faces[0].embedding, expected, atol=1e-5)


def test_compare(service: Served, samples: dict[str, Path]) -> None:
    def compared(first: str, second: str) -> VerifyOut:
        files = [("photo", (name, samples[name].read_bytes())) for name in (first, second)]
        return VerifyOut.model_validate(service.http.post("/v1/compare", files=files).json())

    same, other = compared("obama", "obama2"), compared("obama", "biden")
    assert same.same and not other.same
    assert same.similarity > other.similarity
    assert same.odds is not None and same.liveness == "not_checked"


def test_one_bad_photograph_does_not_spoil_the_others(
    service: Served, samples: dict[str, Path]
) -> None:
    files = [("photo", ("a.jpg", samples["obama"].read_bytes())), ("photo", ("../b.jpg", b"no"))]
    for path in ("/v1/detect", "/v1/embed"):
        answer = service.http.post(path, files=files)
        assert answer.status_code == 200
        (error,) = answer.json()["errors"]
        assert (error["item"], error["code"]) == ("b.jpg", "decode")


def test_none_usable_is_a_problem(
    service: Served, samples: dict[str, Path], no_face_photo: Path
) -> None:
    files = [("photo", ("a.jpg", b"no")), ("photo", ("b.jpg", b""))]
    answer = service.http.post("/v1/embed", files=files)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["a.jpg", "b.jpg"]
    pair = [("photo", ("a.jpg", samples["obama"].read_bytes()))]
    pair += [("photo", ("none.png", no_face_photo.read_bytes()))]
    problem = service.http.post("/v1/compare", files=pair).json()
    assert (problem["code"], problem["field"]) == ("no_face", "none.png")
    assert problem["fix"] and problem["request_id"]


@pytest.mark.parametrize("count", [1, 3])
def test_compare_takes_two(service: Served, samples: dict[str, Path], count: int) -> None:
    files = [("photo", ("a.jpg", samples["obama"].read_bytes()))] * count
    assert service.http.post("/v1/compare", files=files).status_code == 422


def test_a_far_that_no_calibration_supports(service: Served, samples: dict[str, Path]) -> None:
    files = [("photo", ("a.jpg", samples["obama"].read_bytes()))] * 2
    answer = service.http.post("/v1/compare?far=1e-8", files=files)
    assert (answer.status_code, answer.json()["code"]) == (422, "calibration")
