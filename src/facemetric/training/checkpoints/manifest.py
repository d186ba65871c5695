"""``checkpoint.json``: the state, and which rows of which tensor lie in which file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Literal

import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from torch.distributed.checkpoint.metadata import (
    ChunkStorageMetadata,
    Metadata,
    TensorProperties,
    TensorStorageMetadata,
)

from facemetric.errors import CheckpointError, InputError

MANIFEST = "checkpoint.json"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class File(_Part):
    """A file of tensors: how long it is, and its hash."""

    bytes: int
    sha256: str


class Chunk(_Part):
    """A part of a tensor: the file that holds it, where it begins, and its shape."""

    file: str
    offsets: list[int]
    shape: list[int]


class TensorEntry(_Part):
    """A whole tensor and its parts."""

    dtype: str
    shape: list[int]
    chunks: list[Chunk]


class Manifest(_Part):
    """All of a checkpoint but its tensors' values."""

    format: Literal[1] = 1
    ranks: int
    """How many processes wrote it; any number can read it."""
    recipe: dict[str, Any] | None
    state: dict[str, Any]
    tensors: dict[str, TensorEntry]
    files: dict[str, File]

    def metadata(self) -> Metadata:
        """Return what the checkpoint holds, in the terms of ``torch.distributed.checkpoint``."""
        return Metadata(
            {
                name: TensorStorageMetadata(
                    properties=TensorProperties(dtype=getattr(torch, held.dtype)),
                    size=torch.Size(held.shape),
                    chunks=[
                        ChunkStorageMetadata(torch.Size(chunk.offsets), torch.Size(chunk.shape))
                        for chunk in held.chunks
                    ],
                )
                for name, held in self.tensors.items()
            }
        )

    def chunk_files(self) -> dict[tuple[str, tuple[int, ...]], str]:
        """Return the file of each part, by tensor and offsets."""
        return {
            (name, tuple(chunk.offsets)): chunk.file
            for name, held in self.tensors.items()
            for chunk in held.chunks
        }

    def verify(self, folder: Path, *, rank: int = 0, world: int = 1) -> None:
        """Check the length of every file, and the hash of every ``world``-th, from ``rank`` on.

        Raises
        ------
        CheckpointError
            A file is absent or is not the one that was written.
        """
        for index, (name, wanted) in enumerate(sorted(self.files.items())):
            path = folder / name
            if not path.is_file():
                raise _damaged(path, "the file is missing")
            size = path.stat().st_size
            if size != wanted.bytes:
                raise _damaged(path, f"wanted {wanted.bytes:,} bytes, got {size:,}")
            if index % world == rank and sha256_of(path) != wanted.sha256:
                raise _damaged(path, "its SHA-256 is not the one that was written")

    def write(self, path: Path) -> None:
        """Write the file, with a hash of itself.

        Raises
        ------
        InputError
            The state or the recipe holds something that JSON has no form for, such as NaN.
        """
        document = self.model_dump()
        try:
            text = json.dumps({"sha256": _digest(document), **document}, indent=1, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise InputError(
                f"must hold what JSON can: {error}",
                item="state",
                fix="Pass arrays as tensors, and leave figures out that are not finite.",
            ) from None
        path.write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Read ``checkpoint.json`` of a checkpoint.

    Raises
    ------
    CheckpointError
        The folder is no checkpoint, its manifest is damaged or of a later format.
    """
    path = folder / MANIFEST
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise CheckpointError(
            f"no checkpoint: {MANIFEST} is missing",
            item=str(folder),
            fix="A checkpoint is a folder that training wrote, such as run/checkpoints/step-….",
        ) from None
    except (OSError, ValueError) as error:
        raise _damaged(path, f"cannot be read ({error})") from None
    if not isinstance(document, dict):
        raise _damaged(path, "wanted an object")
    if document.get("format") != 1:
        raise CheckpointError(
            f"wanted format 1, got {document.get('format')!r}",
            item=str(path),
            fix="Read it with the version of facemetric that wrote it.",
        )
    digest = document.pop("sha256", None)
    if digest != _digest(document):
        raise _damaged(path, "its SHA-256 is not the one that was written")
    try:
        return Manifest.model_validate(document)
    except ValidationError as error:
        raise _damaged(path, str(error.errors()[0]["msg"])) from None


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(document: dict[str, Any]) -> str:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _damaged(path: Path, cause: str) -> CheckpointError:
    return CheckpointError(
        f"damaged: {cause}",
        item=str(path),
        fix="Resume from an earlier checkpoint, or copy this one again from where it is whole.",
    )
