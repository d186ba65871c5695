"""What a started service prints."""

from __future__ import annotations

from typing import Literal

from facemetric.wire.faces import Wire, schema


class ServeOut(Wire):
    """Printed by ``serve`` once it answers; ``key`` is the one-time key of a run without others."""

    schema_name: Literal["facemetric.serve/1"] = schema("facemetric.serve/1")
    url: str
    key: str | None
    galleries: dict[str, str]
