"""What the page asks and is told of its session."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from facemetric.wire.faces import Wire, schema
from facemetric.wire.requests import RequestIn
from facemetric.wire.service import KeyOut


class SessionIn(RequestIn):
    """The API key to log in with."""

    key: Annotated[str, Field(min_length=1, max_length=200)]


class SessionOut(Wire):
    """Who is logged in: ``key`` is null where nobody is.

    ``left_s`` is the time until the session ends even if it is used, ``idle_s`` that until it ends
    unused. ``events`` names the galleries with events of a watch; ``audit`` tells whether an audit
    log is kept, ``reports`` whether evaluation reports are shown, ``keep_portraits`` whether those
    who enrol may ask for portraits.
    """

    schema_name: Literal["facemetric.session/1"] = schema("facemetric.session/1")
    key: KeyOut | None
    left_s: float = 0.0
    idle_s: float = 0.0
    events: tuple[str, ...] = ()
    audit: bool = False
    keep_portraits: bool = False
    reports: bool = False
