"""Manifests in waiting: what is known of models that users bring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from facemetric.bundle.manifest import (
    Alignment,
    Calibration,
    Codes,
    Input,
    Licence,
    Provenance,
    Result,
    Sha256,
)
from facemetric.bundle.manifest_file import MAX_MANIFEST_BYTES, parse_document
from facemetric.errors import UnknownNameError
from facemetric.registry import suggest

_FOLDER = Path(__file__).parent / "builtin" / "presets"


class Preset(BaseModel):
    """All of a manifest that does not depend on the graph.

    Attributes
    ----------
    format
        Which importer takes the file: ``"onnx"``, ``"keras"`` or ``"facenet-pytorch"``.
    dim
        Values of an embedding.
    source_sha256
        The file that ``results``, ``calibrations`` and ``codes`` were measured with; ``None``
        where there are none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
    format: Literal["onnx", "keras", "facenet-pytorch"]
    description: str = ""
    source: str
    source_sha256: Sha256 | None = None
    data: str = ""
    input: Input
    alignment: Alignment
    dim: Annotated[int, Field(ge=2, le=8192)] | None
    licence: Licence
    results: tuple[Result, ...] = ()
    calibrations: tuple[Calibration, ...] = ()
    codes: Codes | None = None

    def without_figures(self) -> Preset:
        """Return it without what was measured, for other weights or another preprocessing."""
        nothing = {"results": (), "calibrations": (), "codes": None, "source_sha256": None}
        return self.model_copy(update=nothing)

    def provenance(self, *, importer: str, sha256: str, recipe: str = "") -> Provenance:
        """Return where a bundle made of this preset came from."""
        return Provenance(
            source=self.source,
            source_sha256=sha256,
            data=self.data,
            recipe=recipe,
            importer=importer,
        )


class _Presets(Mapping[str, Preset]):
    """Presets by name, each read when it is asked for."""

    def __getitem__(self, name: str) -> Preset:
        if name not in set(self):
            raise UnknownNameError("no such preset", item=name, fix=suggest(name, self))
        path = _FOLDER / f"{name}.json"
        with path.open("rb") as file:
            return parse_document(Preset, file.read(MAX_MANIFEST_BYTES + 1), item=str(path))

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(path.stem for path in _FOLDER.glob("*.json")))

    def __len__(self) -> int:
        return sum(1 for _ in self)


PRESETS: Mapping[str, Preset] = _Presets()
"""What is known of models that users bring, by name."""
