"""``bundle.json``: a manifest as bytes, and errors that name the field."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from facemetric.bundle.manifest import SCHEMA_VERSION, Manifest
from facemetric.errors import BundleError, InputError

MANIFEST_NAME = "bundle.json"
MAX_MANIFEST_BYTES = 8 << 20
_UNKNOWN = "extra_forbidden"

Document = TypeVar("Document", bound=BaseModel)


def parse_manifest(data: bytes, *, item: str) -> Manifest:
    """Check the bytes of a ``bundle.json``.

    Raises
    ------
    BundleError
        They are no JSON, or a field is missing, unknown or wrong; each is named.
    """
    return parse_document(Manifest, data, item=item)


def parse_document(kind: type[Document], data: bytes, *, item: str) -> Document:
    """Check JSON bytes against a pydantic model; BundleError names each wrong field."""
    if len(data) > MAX_MANIFEST_BYTES:
        raise BundleError(
            f"expected at most {MAX_MANIFEST_BYTES} bytes, got {len(data)}",
            item=item,
            fix="A manifest holds no weights: check that this is the right file",
        )
    try:
        return kind.model_validate_json(data)
    except ValidationError as error:
        fix = "Correct these fields; see the manifest's schema in the reference"
        if any(map(_perhaps_newer, error.errors(include_url=False, include_context=False))):
            fix = f"It was perhaps written by a newer facemetric: update. {fix}"
        raise BundleError(_in_words(error), item=item, fix=fix) from error


def check_values(kind: type[Document], values: Mapping[str, object], *, item: str) -> Document:
    """Make a part of a manifest of arguments; InputError names each wrong one."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise InputError(_in_words(error), item=item, fix="Correct these arguments") from error


def manifest_bytes(manifest: Manifest) -> bytes:
    """Serialise a manifest, indented, ending in a line feed.

    Without ``spreads`` where it has none: programs that do not know them refuse the field.
    """
    unused = None if manifest.spreads else {"spreads"}
    return manifest.model_dump_json(indent=2, exclude=unused).encode() + b"\n"


def read_manifest(path: Path) -> Manifest:
    """Read and check a ``bundle.json``; BundleError where it is absent or wrong."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_MANIFEST_BYTES + 1)
    except OSError as error:
        raise BundleError(
            f"cannot be read: {error.strerror or error}",
            item=str(path),
            fix=f"A bundle is a folder, or a .zip, with {MANIFEST_NAME} and its .onnx file",
        ) from error
    return parse_manifest(data, item=str(path))


def _perhaps_newer(problem: ErrorDetails) -> bool:
    """Return whether a problem is a field that is unknown here, or a version above our own."""
    came = problem["input"]
    return problem["type"] == _UNKNOWN or (
        problem["loc"] == ("schema_version",) and isinstance(came, int) and came > SCHEMA_VERSION
    )


def _in_words(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_context=False)
    words = []
    for problem in problems[:5]:
        where = ".".join(str(part) for part in problem["loc"]) or "the document"
        came = repr(problem["input"])
        came = came if len(came) <= 60 else f"{came[:57]}..."
        told = "is unknown here" if problem["type"] == _UNKNOWN else problem["msg"]
        words.append(f"{where}: {told} (got {came})")
    if len(problems) > 5:
        words.append(f"and {len(problems) - 5} more")
    return "; ".join(words)
