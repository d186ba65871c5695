"""The OpenAPI description, completed by what FastAPI cannot know."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from facemetric.service.access import SCOPE, TAKES
from facemetric.service.bodies import RAW_TYPES
from facemetric.service.problem import MEDIA_TYPE
from facemetric.wire import ProblemOut
from facemetric.wire.requests import PhotosIn

_ABOUT = """Find, compare, enrol and identify faces.

Send `Authorization: Bearer <key>`. Photographs come as `multipart/form-data` (files in the field
`photo`), as base64 in JSON, or, where one is enough, as the bytes themselves. Coordinates
are pixels of the upright full-size photograph, similarities are cosines, times ISO 8601 in UTC.
Errors are `application/problem+json` with a `code`, the `field` and a `fix`.
"""
_PROBLEMS = {
    "400": "The body cannot be read",
    "401": "No key, a wrong one, or one that has expired",
    "403": "The key lacks the scope, or is not for this gallery",
    "404": "There is no such thing",
    "405": "Not with this method",
    "408": "The body came too slowly",
    "409": "It contradicts what is there",
    "413": "The body is too large",
    "415": "The body is of another kind than is taken here",
    "422": "Something in the request is not as wanted",
    "429": "Too many requests; Retry-After says when to come back",
    "503": "Too many connections; Retry-After says when to come back",
    "504": "No answer within the deadline",
}
_ALWAYS = ("401", "403", "404", "405", "422", "429", "503", "504")
_WITH_BODY = ("400", "408", "409", "413", "415")
_PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)


def photos_body(model: type[BaseModel] = PhotosIn, *, raw: bool = True) -> dict[str, Any]:
    """Return the description of a body with photographs; see ``photos.upload_of``."""
    files = {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}}
    fields: dict[str, Any] = {"photo": files}
    required = ["photo"]
    example: dict[str, Any] = {"photos": [{"name": "ada.png", "base64": _PIXEL}]}
    if "name" in model.model_fields:
        fields |= {
            "name": {"type": "string", "minLength": 1, "maxLength": 200},
            "groups": {"type": "string", "description": "Names, separated by commas."},
            "consent_basis": {"type": "string"},
            "consent_text": {"type": "string"},
            "consent_at": {"type": "string", "format": "date-time"},
            "keep_until": {"type": "string", "format": "date-time"},
        }
        required.append("name")
        example = {"name": "Ada Lovelace", "groups": ["staff"], **example}
    content: dict[str, Any] = {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": fields,
                "required": required,
                "additionalProperties": False,
            }
        },
        "application/json": {
            "schema": {"$ref": f"#/components/schemas/{model.__name__}"},
            "example": example,
        },
    }
    if raw:
        bytes_ = {"schema": {"type": "string", "format": "binary"}}
        content |= dict.fromkeys(RAW_TYPES, bytes_)
    return {"required": True, "content": content}


def describe(app: FastAPI) -> None:
    """Make ``app.openapi`` tell of keys, scopes, problems and photographs."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(plain())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    document["info"]["description"] = _ABOUT
    parts = document.setdefault("components", {})
    parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    parts["responses"] = {
        status: {
            "description": told,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}},
        }
        for status, told in _PROBLEMS.items()
    }
    schemas = parts.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for model in _models():
        made = model.model_json_schema(ref_template="#/components/schemas/{model}")
        for name, part in made.pop("$defs", {}).items():
            schemas.setdefault(name, part)
        schemas.setdefault(model.__name__, made)
    for path in document["paths"].values():
        for operation in path.values():
            _complete(operation)
    return document


def _complete(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    scope, takes = operation.pop(SCOPE, None), operation.pop(TAKES, "nothing")
    if scope is None:
        responses["405"] = {"$ref": "#/components/responses/405"}
        if "/ready" in operation["operationId"] or "ready" in operation["operationId"]:
            responses["503"] = {**responses["200"], "description": "It cannot work now"}
        return
    operation["security"] = [{"key": []}]
    operation["x-scope"] = scope
    operation["description"] = f"{operation.get('description', '')}\n\nNeeds the scope `{scope}`."
    for status in (*_ALWAYS, *(() if takes == "nothing" else _WITH_BODY)):
        responses[status] = {"$ref": f"#/components/responses/{status}"}
    responses.setdefault("409", {"$ref": "#/components/responses/409"})


def _models() -> list[type[BaseModel]]:
    from facemetric.wire.requests import EnrolIn

    return [ProblemOut, PhotosIn, EnrolIn]
