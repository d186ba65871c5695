"""Photographs out of a request: multipart, base64 in JSON, or the bytes themselves."""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from facemetric.recognizer import EncodedPhoto
from facemetric.service.bodies import media_type
from facemetric.service.problem import Problem
from facemetric.wire.requests import PhotosIn

Model = TypeVar("Model", bound=BaseModel)

FIELD = "photo"
_FIELD_BYTES = 64 << 10
_PART_BYTES = 1 << 20
_MOST_VALUES = 20_000
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Upload:
    """The photographs of a request, and its other fields where it was a form."""

    photos: tuple[EncodedPhoto, ...]
    fields: dict[str, Any]


class _InMemory(MultiPartParser):
    """Keeps files in memory, where nobody finds them later; the body's size is bounded before."""

    spool_max_size = 1 << 40
    max_file_size = 1 << 40


async def photos_of(request: Request, *, most: int) -> tuple[EncodedPhoto, ...]:
    """Return the photographs of a request that has nothing else."""
    upload = await upload_of(request, PhotosIn, most=most)
    unknown = sorted(upload.fields)
    if unknown:
        raise Problem(
            422,
            "input",
            f"there is no field {unknown[0][:80]!r}",
            field=unknown[0][:80],
            fix="Leave it out: options stand in the address",
        )
    return upload.photos


async def upload_of(request: Request, model: type[PhotosIn], *, most: int) -> Upload:
    """Return the photographs and fields of a request; JSON is checked against ``model``.

    Raises
    ------
    Problem
        The body is not what it is said to be, or has no photographs, or too many.
    """
    body = await request.body()
    kind = media_type(request)
    if kind == "multipart/form-data":
        upload = await _from_form(request.headers, body, most=most)
    elif kind == "application/json":
        if len(body) > _PART_BYTES:  # others have their turn meanwhile
            upload = await asyncio.to_thread(_from_json, body, model)
        else:
            upload = _from_json(body, model)
    else:
        upload = Upload((EncodedPhoto(body, "photo"),), {})
    if not upload.photos:
        raise Problem(422, "input", "no photographs came", field=FIELD, fix="Send at least one")
    if len(upload.photos) > most:
        raise _too_many(most)
    return upload


def checked(model: type[Model], values: Any) -> Model:
    """Return ``values`` as a model; RequestValidationError where they do not fit."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _mistakes(error) from error


def parsed(model: type[Model], body: bytes) -> Model:
    """Return a JSON body as a model; RequestValidationError where it does not fit."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise _mistakes(error) from error


def _mistakes(error: ValidationError) -> RequestValidationError:
    """Return the mistakes of a body, without what was in it."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in found])


def _check_values(body: bytes) -> None:
    """Raise a Problem 422 where a document has far more values than one with photographs has.

    Base64 has no comma: what is counted is small however large the photographs are.
    """
    if body.count(b",") > _MOST_VALUES:
        raise Problem(
            422,
            "input",
            f"expected at most {_MOST_VALUES:,} values",
            field="body",
            fix="Send fewer at a time",
        )


def _from_json(body: bytes, model: type[PhotosIn]) -> Upload:
    _check_values(body)
    asked = parsed(model, body)
    photos = []
    for index, photo in enumerate(asked.photos):
        try:
            data = base64.b64decode(photo.base64, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Problem(
                422,
                "input",
                "is not base64",
                field=f"photos.{index}.base64",
                fix="Send the standard alphabet with its padding, without line breaks",
            ) from error
        photos.append(EncodedPhoto(data, shown_name(photo.name, index)))
    return Upload(tuple(photos), asked.model_dump(exclude={"photos"}))


async def _from_form(headers: Headers, body: bytes, *, most: int) -> Upload:
    async def stream() -> AsyncGenerator[bytes, None]:
        for start in range(0, len(body), _PART_BYTES):
            yield body[start : start + _PART_BYTES]
            await asyncio.sleep(0)  # others have their turn while a large form is taken apart
        yield b""

    _check_charset(headers)
    parser = _InMemory(headers, stream(), max_files=most, max_fields=64, max_part_size=_FIELD_BYTES)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError) as error:
        cause = getattr(error, "message", "the form cannot be read")
        if cause.startswith("Too many files"):
            raise _too_many(most) from error
        raise Problem(
            400, "form", cause, field="body", fix="Let a library of HTTP make the form"
        ) from error
    try:
        return await _sorted(form)
    finally:
        await form.close()


def _check_charset(headers: Headers) -> None:
    """Raise a Problem 415 unless a form is UTF-8: other codecs take seconds for a long field."""
    _, options = parse_options_header(headers["content-type"])
    charset = options.get(b"charset", b"utf-8")
    if charset.lower() not in (b"utf-8", b"utf8"):
        raise Problem(
            415, "media_type", "forms are UTF-8", field="Content-Type", fix="Encode it as UTF-8"
        )


async def _sorted(form: FormData) -> Upload:
    photos: list[EncodedPhoto] = []
    fields: dict[str, Any] = {}
    for name, value in form.multi_items():
        field = name[:80]
        if isinstance(value, UploadFile):
            if name != FIELD:
                raise Problem(
                    422,
                    "input",
                    f"expected files in the field {FIELD!r}",
                    field=field,
                    fix=f"Call the field {FIELD}",
                )
            named = shown_name(value.filename, len(photos))
            photos.append(EncodedPhoto(await value.read(), named))
        elif name == FIELD:
            raise Problem(
                422,
                "input",
                "expected a file, with a file name",
                field=field,
                fix="Send the photograph as a file of the form",
            )
        elif name in fields:
            raise Problem(422, "input", "came twice", field=field, fix="Send it once")
        else:
            fields[name] = value
    return Upload(tuple(photos), fields)


def shown_name(name: str | None, index: int) -> str:
    """Return what answers call a photograph: the last part of its name, without control letters."""
    last = _CONTROLS.sub("", name or "").replace("\\", "/").rpartition("/")[2].strip()
    return last[:200] or f"photo {index}"


def _too_many(most: int) -> Problem:
    return Problem(
        422,
        "input",
        f"expected at most {most} photographs",
        field=FIELD,
        fix="Send them in several requests",
    )
