"""What is wrong with a request's fields, without repeating what was in them."""

from __future__ import annotations

from fastapi.exceptions import RequestValidationError

from facemetric.service.problem import Problem
from facemetric.wire import FieldOut

MOST_TOLD = 50
"""Mistakes that are listed one by one."""


def problem_of_validation(error: RequestValidationError) -> Problem:
    """Return all mistakes of a request as one problem."""
    mistakes = error.errors()
    fields = tuple(
        FieldOut(field=_place(one["loc"]), code=str(one["type"]), detail=_told(str(one["msg"])))
        for one in mistakes[:MOST_TOLD]
    )
    detail = fields[0].detail if len(mistakes) == 1 else f"{len(mistakes)} fields are not as wanted"
    return Problem(
        422,
        "input",
        detail,
        field=fields[0].field,
        fix="See the description of this operation in openapi.json",
        errors=fields,
    )


def _place(location: tuple[int | str, ...]) -> str:
    """Return where it is: ``body.photos.0.base64`` without its first part, which is the kind."""
    parts = location[1:] if len(location) > 1 else location
    return ".".join(str(part)[:80] for part in parts)[:200]


def _told(message: str) -> str:
    return message[:1].lower() + message[1:300]
