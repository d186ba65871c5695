from __future__ import annotations

import json
import os

import numpy as np

from facemetric import wire
from facemetric.types import ChipQuality, Face, ItemError


def a_face() -> Face:
    box = np.array([1.234567, 2, 30, 40], np.float32)
    return Face(box, 0.987654, np.arange(10, dtype=np.float32).reshape(5, 2))


def test_every_answer_has_a_schema_of_its_own() -> None:
    answers = [
        kind
        for name in wire.__all__
        if isinstance(kind := getattr(wire, name), type)
        and issubclass(kind, wire.Wire)
        and "schema_name" in kind.model_fields
    ]
    assert len(answers) > 8
    assert len(wire.schemas()) == len(answers)


def test_a_document_survives_the_journey() -> None:
    quality = ChipQuality(50, 100, 1, 2, 3, 0.5, 0.2, 0.0)
    document = wire.DetectOut(
        detector="mtcnn",
        photos=(
            wire.PhotoOut(
                source="ä.jpg",
                width_px=640,
                height_px=480,
                faces=(wire.FaceOut.of(a_face(), quality, ("blurred",)),),
            ),
        ),
        errors=(wire.ErrorOut.of(ItemError("b.jpg", "decode", "is empty", "Copy it again")),),
    )
    text = wire.to_json(document)
    plain = json.loads(text)
    assert next(iter(plain)) == "schema"
    assert plain["schema"] == "facemetric.detect/1"
    (face,) = plain["photos"][0]["faces"]
    assert face["box_xyxy_px"] == [1.23, 2.0, 30.0, 40.0]
    assert face["landmarks_px"][4] == [8.0, 9.0]
    assert face["score"] == 0.9877
    assert plain["errors"][0]["fix"] == "Copy it again"
    assert wire.to_json(wire.DetectOut.model_validate_json(text)) == text


def test_a_file_name_that_is_no_utf_8_can_be_found_again() -> None:
    name = b"caf\xe9 \xf0\x9f\x8e\x89.jpg"
    error = wire.ErrorOut(item=os.fsdecode(name), code="decode", cause="오류 \x1b[31m")
    text = wire.to_json(wire.FailureOut(error=error))
    text.encode()  # any stream takes it
    read = json.loads(text)["error"]
    assert os.fsencode(read["item"]) == name
    assert read["cause"] == error.cause
    nothing = wire.VerifyOut.model_construct(similarity=float("nan"), bundle="\udcff")
    assert json.loads(wire.to_json(nothing))["similarity"] is None
