"""``python -m facemetric.wire.reference``: the JSON reference page, in Markdown."""

from __future__ import annotations

from typing import Any

from facemetric.wire.schemas import schemas


def reference() -> str:
    """Return the page: every document and every part with its fields."""
    parts = [
        "# JSON output",
        "Made from the schemas themselves by `python -m facemetric.wire.reference`; do not edit.",
        "Every document has a field `schema`, such as `facemetric.verify/1`. The number rises when "
        "a field changes its meaning or goes away; new fields may come without it, so that "
        "readers must ignore those that they do not know, as the client does. Coordinates are "
        "pixels of the upright full-size photograph, similarities are cosines, distances squared "
        "L2 distances on the unit sphere, times ISO 8601 in UTC.",
    ]
    shared: dict[str, dict[str, Any]] = {}
    for name, schema in sorted(schemas().items()):
        shared.update(schema.get("$defs", {}))
        parts += [f"## {name}", _text(schema), _table(schema)]
    parts.append("## Parts")
    for name, schema in sorted(shared.items()):
        parts += [f"### {name}", _text(schema), _table(schema)]
    return "\n\n".join(parts) + "\n"


def _text(schema: dict[str, Any]) -> str:
    return " ".join(schema["description"].replace("``", "`").split())


def _table(schema: dict[str, Any]) -> str:
    rows = [f"| `{name}` | {_kind(field)} |" for name, field in schema["properties"].items()]
    return "| field | type |\n|---|---|\n" + "\n".join(rows)


def _kind(field: dict[str, Any]) -> str:
    if "$ref" in field:
        part = field["$ref"].rpartition("/")[2]
        return f"[{part}](#{part.lower()})"
    if "anyOf" in field:
        return " or ".join(_kind(one) for one in field["anyOf"])
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return " or ".join(f"`{value}`" for value in field["enum"])
    if field.get("type") == "array":
        if "prefixItems" in field:
            return f"list of {len(field['prefixItems'])} {field['prefixItems'][0]['type']}s"
        return f"list of {_kind(field['items'])}"
    return str(field.get("type", "any"))


if __name__ == "__main__":
    print(reference(), end="")
