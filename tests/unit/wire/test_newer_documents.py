"""Documents of a newer version, which has fields that this one does not know."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel, ValidationError

from facemetric.wire import Wire
from facemetric.wire.requests import RequestIn

ADDED = "added by a newer version"


def kinds(base: type[Wire]) -> Iterator[type[Wire]]:
    """Yield all models of a kind that are the product's."""
    for kind in base.__subclasses__():
        if kind.__module__.startswith("facemetric."):
            yield kind
            yield from kinds(kind)


REQUESTS = sorted({RequestIn, *kinds(RequestIn)}, key=lambda kind: kind.__name__)
ANSWERS = sorted({*kinds(Wire)} - {*REQUESTS}, key=lambda kind: kind.__name__)


def example(kind: Any, *, newer: bool) -> Any:
    """Return a value that a field of this kind may have; of models, one that is plain JSON."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return example(parts[0], newer=newer)
    if origin is Literal:
        return parts[0]
    if origin in (Union, UnionType):
        return example(next(part for part in parts if part is not NoneType), newer=newer)
    if origin is tuple:
        wanted = parts[:1] if parts[-1] is Ellipsis else parts
        return [example(part, newer=newer) for part in wanted]
    if origin is dict:
        return {"key": example(parts[1], newer=newer)}
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        document = {
            field.serialization_alias or name: example(field.annotation, newer=newer)
            for name, field in kind.model_fields.items()
        }
        return {**document, ADDED: [1]} if newer else document
    return {str: "1", int: 1, float: 1.0, bool: True, Any: {}}[kind]


def without(document: Any) -> Any:
    """Return a document without what was added."""
    if isinstance(document, dict):
        return {name: without(value) for name, value in document.items() if name != ADDED}
    return [without(one) for one in document] if isinstance(document, list) else document


@pytest.mark.parametrize("kind", ANSWERS)
def test_answers_and_events_are_read_whatever_was_added_at_any_depth(kind: type[Wire]) -> None:
    text = json.dumps(example(kind, newer=True))
    assert ADDED in text
    known = kind.model_validate(example(kind, newer=False))
    read = kind.model_validate_json(text)
    told = [one.model_dump(mode="json", by_alias=True) for one in (read, known)]
    assert without(told[0]) == told[1]


@pytest.mark.parametrize("kind", REQUESTS)
def test_a_request_with_a_field_that_is_not_known_is_refused(kind: type[Wire]) -> None:
    with pytest.raises(ValidationError) as caught:
        kind.model_validate({ADDED: 1})
    assert "extra_forbidden" in {one["type"] for one in caught.value.errors()}


def test_there_are_many() -> None:
    assert len(ANSWERS) > 100 and len(REQUESTS) > 9
