"""What goes wrong, as ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus

from facemetric.errors import FacemetricError
from facemetric.types import ItemError
from facemetric.wire import FieldOut, ProblemOut, to_json

MEDIA_TYPE = "application/problem+json"

STATUS = {
    "input": 422,
    "image": 422,
    "decode": 422,
    "pixel_limit": 422,
    "no_face": 422,
    "source": 422,
    "data": 422,
    "dependency": 415,
    "unknown_name": 422,
    "calibration": 422,
    "bundle_mismatch": 409,
    "person": 409,
    "busy": 429,
}
"""Status of each error's code; what is not here is the service's own fault: 500."""

WAYS_OUT = {
    "input": "Change what is named to what is expected; openapi.json describes each operation",
    "image": "Send another photograph, or export this one anew",
    "decode": "Send a JPEG, PNG or WebP file, or export the photograph anew",
    "pixel_limit": "Make the photograph smaller",
    "no_face": "Send a photograph in which the face is larger, brighter and turned to the camera",
    "source": "Send the photograph again",
    "data": "Send it again, as the description of the operation wants it",
    "dependency": "Send a JPEG, PNG or WebP file, or ask the operator to install what is missing",
    "unknown_name": "Use one of the names that openapi.json lists",
    "calibration": "Ask for a rate that is less strict, or the operator to calibrate the bundle",
    "bundle_mismatch": "Ask the operator to upgrade the gallery, or to serve its own bundle",
    "person": "List the people and use one of their ids",
    "busy": "Try again after the seconds in Retry-After, or in a moment",
}
"""Of errors that say none themselves, by their code."""
_ANY_WAY_OUT = "See the description of this operation in openapi.json"


class Problem(Exception):
    """A request that cannot be answered, and the way out.

    Parameters
    ----------
    status
        HTTP status.
    code
        For programs.
    detail
        What was wanted and what came.
    field
        The part of the request.
    fix
        What the caller can do about it; without it, what helps against its code.
    headers
        To send along.
    errors
        Every single one, where there are several.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        field: str | None = None,
        fix: str | None = None,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[FieldOut] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field
        self.fix = fix or WAYS_OUT.get(code, _ANY_WAY_OUT)
        self.headers = dict(headers or {})
        self.errors = tuple(errors)

    def body(self, request_id: str | None) -> bytes:
        """Return the document."""
        return to_json(
            ProblemOut(
                type=f"urn:facemetric:problem:{self.code}",
                title=HTTPStatus(self.status).phrase,
                status=self.status,
                detail=self.detail,
                code=self.code,
                field=self.field,
                fix=self.fix,
                request_id=request_id,
                errors=self.errors,
            ),
            indent=None,
        ).encode()


def problem_of(error: FacemetricError) -> Problem:
    """Return an error of the library as a problem."""
    status = STATUS.get(error.code, 500)
    if status == 500:
        # Paths and provider messages are for the log.
        return Problem(500, error.code, "the service cannot do this now", fix="Ask its operator")
    return Problem(status, error.code, error.cause, field=error.item, fix=error.fix)


def all_failed(errors: Iterable[ItemError]) -> Problem:
    """Return the problem of a request none of whose photographs could be used."""
    listed = [
        FieldOut(field=one.item, code=one.code, detail=one.cause, fix=one.fix) for one in errors
    ]
    first = listed[0]
    status = STATUS.get(first.code, 500)
    if len(listed) == 1:
        return Problem(
            status, first.code, first.detail, field=first.field, fix=first.fix, errors=listed
        )
    return Problem(
        status,
        first.code,
        f"none of {len(listed)} photographs could be used",
        fix="See errors: each says what would help",
        errors=listed,
    )
