"""A request to the service as a plain value, and what its answer means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

from pydantic import TypeAdapter, ValidationError

from facemetric.errors import AccessError, BusyError, FacemetricError, ServiceError, error_class
from facemetric.wire import ProblemOut, WatchEvent, Wire

Answer = TypeVar("Answer", bound="Wire | bytes")
Photo: TypeAlias = "str | Path | bytes | tuple[str, bytes]"
"""A path, encoded bytes, or encoded bytes with a name."""

BUSY = (429, 503)
STREAM_SILENCE_S = 60.0
"""A stream that says nothing for so long is dead: the service sends a comment every 15 s."""
_EVENT: TypeAdapter[WatchEvent] = TypeAdapter(WatchEvent)


@dataclass(frozen=True, slots=True)
class Call(Generic[Answer]):
    """One request.

    Attributes
    ----------
    method, path
        Of the request.
    answer
        The document that comes back, or ``bytes`` where it is a picture.
    params
        Options in the address; those that are ``None`` are left out.
    json
        The body, where it is a document.
    files, form
        The body, where it has photographs.
    safe
        Whether it may be sent again where nobody knows if it arrived: the service does nothing
        twice that was acknowledged once.
    """

    method: str
    path: str
    answer: type[Answer]
    params: Mapping[str, Any] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    files: Sequence[tuple[str, tuple[str, bytes]]] = ()
    form: Mapping[str, str] = field(default_factory=dict)
    safe: bool = True

    def request(self) -> dict[str, Any]:
        """Return the arguments for httpx."""
        wanted: dict[str, Any] = {
            "method": self.method,
            "url": self.path,
            "params": {name: value for name, value in self.params.items() if value is not None},
        }
        if self.json is not None:
            wanted["json"] = self.json
        if self.files:
            wanted["files"] = list(self.files)
            wanted["data"] = dict(self.form)
        return wanted

    def read(self, status: int, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Return the answer's document, or its bytes.

        Raises
        ------
        FacemetricError
            What the service said was wrong, as the library would raise it.
        """
        if status >= 400:
            raise error_of(status, body, headers)
        kind: Any = self.answer
        try:
            answer: Any = body if kind is bytes else kind.model_validate_json(body)
        except ValidationError as error:
            raise ServiceError(
                f"expected a {self.answer.__name__}, got another document",
                item=self.path,
                fix="Use the client of the service's version",
            ) from error
        found: Answer = answer
        return found


def error_of(status: int, body: bytes, headers: Mapping[str, str]) -> FacemetricError:
    """Return what a refusal means: the library's error of that code, or a ServiceError."""
    try:
        problem = ProblemOut.model_validate_json(body)
    except ValidationError:
        return ServiceError(
            f"answered {status} without a problem document",
            fix="Is this the address of the service, and not of something before it?",
        )
    if status in (401, 403):
        kind: type[FacemetricError] = AccessError
    elif status in (408, 429, 503, 504):
        kind = BusyError
    else:
        kind = error_class(problem.code)
        if kind is FacemetricError:
            kind = ServiceError
    error = kind(problem.detail, item=problem.field, fix=problem.fix)
    if isinstance(error, BusyError):
        error.retry_after_s = wait_s(headers)
    return error


def event_of(text: str, item: str) -> WatchEvent:
    """Return an event of a stream; ServiceError where it is none that this client knows."""
    try:
        return _EVENT.validate_json(text)
    except ValidationError as error:
        raise ServiceError(
            "sent an event that is none", item=item, fix="Use the client of the service's version"
        ) from error


def wait_s(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that ``Retry-After`` asks for; ``None`` where it does not."""
    try:
        return max(0.0, float(headers.get("retry-after", "")))
    except ValueError:
        return None


def files_of(photos: Sequence[Photo]) -> list[tuple[str, tuple[str, bytes]]]:
    """Return photographs as the parts of a form; OSError where a file cannot be read."""
    parts = []
    for index, photo in enumerate(photos):
        if isinstance(photo, bytes):
            named = (f"photo {index}", photo)
        elif isinstance(photo, tuple):
            named = photo
        else:
            named = (Path(photo).name, Path(photo).read_bytes())
        parts.append(("photo", named))
    return parts
