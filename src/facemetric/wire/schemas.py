"""The JSON Schema of every document."""

from __future__ import annotations

from typing import Any

from facemetric.wire.faces import Wire


def schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of every document that the package exports, by its schema name."""
    from facemetric import wire

    kinds = [getattr(wire, name) for name in wire.__all__]
    answers = [
        kind
        for kind in kinds
        if isinstance(kind, type) and issubclass(kind, Wire) and "schema_name" in kind.model_fields
    ]
    return {
        str(answer.model_fields["schema_name"].default): answer.model_json_schema(by_alias=True)
        for answer in answers
    }
