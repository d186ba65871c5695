"""Opening, saving and listing bundles by name or path."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import uuid4

from facemetric.bundle.archive import open_archive
from facemetric.bundle.builtin_bundles import builtin_names, open_builtin
from facemetric.bundle.bundle import Bundle
from facemetric.bundle.folders import (
    data_folder,
    imported_folder,
    make_folder,
    not_writable,
    write_whole,
)
from facemetric.bundle.manifest import Manifest
from facemetric.bundle.manifest_file import MANIFEST_NAME, manifest_bytes, read_manifest
from facemetric.errors import BundleError, FacemetricError, IntegrityError, UnknownNameError
from facemetric.registry import suggest


@dataclass(frozen=True, slots=True)
class BundleEntry:
    """One bundle that can be opened by name.

    Attributes
    ----------
    name
        What :func:`open_bundle` takes.
    origin
        ``"built-in"`` or ``"imported"``.
    manifest
        ``None`` where it cannot be read.
    problem
        Why it cannot be read; ``None`` where it can.
    """

    name: str
    origin: Literal["built-in", "imported"]
    manifest: Manifest | None
    problem: str | None = None


def open_bundle(name_or_path: str | Path) -> Bundle:
    """Open a model bundle.

    Parameters
    ----------
    name_or_path
        The name of a built-in or imported bundle, or the path of a bundle's folder or ``.zip``
        file. A plain name that is both means the bundle of that name.

    Returns
    -------
    Bundle
        Its manifest is checked; its graph when it is first used.

    Raises
    ------
    UnknownNameError
        There is neither a bundle nor a path of this name.
    BundleError
        The manifest is absent or wrong.
    """
    if isinstance(name_or_path, str):
        if name_or_path in builtin_names():
            return open_builtin(name_or_path)
        if name_or_path in _imported_names():
            return _open_folder(imported_folder(name_or_path))
    path = Path(name_or_path)
    try:
        is_folder, is_there = path.is_dir(), path.exists()
    except OSError as error:
        raise BundleError(
            f"cannot be opened: {error.strerror or error}",
            item=str(path),
            fix="Check the path and its permissions",
        ) from error
    if is_folder:
        return _open_folder(path)
    if path.suffix.lower() == ".zip":
        return open_archive(path)
    if is_there:
        raise BundleError(
            "expected a bundle's folder or .zip file, got another file",
            item=str(path),
            fix="Import an .onnx, .h5 or .pt file first",
        )
    known = [*builtin_names(), *_imported_names()]
    raise UnknownNameError(
        "no such bundle, folder or .zip file",
        item=str(name_or_path),
        fix=suggest(str(name_or_path), known),
    )


def save_bundle(
    folder: str | Path,
    manifest: Manifest,
    model_bytes: bytes,
    *,
    beside: Mapping[str, bytes] | None = None,
    replace: bool = False,
) -> Bundle:
    """Write a bundle's folder, whole or not at all.

    Parameters
    ----------
    folder
        Created; must not exist yet, or be empty.
    manifest
        Its ``model.sha256`` must be that of ``model_bytes``.
    model_bytes
        The ONNX graph.
    beside
        Further files by name, such as the manifest's ``checkpoint``.
    replace
        Put it in the place of a bundle that is there.

    Raises
    ------
    IntegrityError
        The hash is another.
    BundleError
        The folder is taken, is no bundle, or cannot be written.
    """
    folder = Path(folder)
    digest = hashlib.sha256(model_bytes).hexdigest()
    if digest != manifest.model.sha256:
        raise IntegrityError(
            f"model.sha256 is {manifest.model.sha256}, the graph has {digest}", item=manifest.id
        )
    taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    if taken and not (replace and (folder / MANIFEST_NAME).is_file()):
        raise BundleError(
            "is taken" if not replace else "is taken by something that is no bundle",
            item=str(folder),
            fix="Choose another name"
            + ("" if replace else ", or write over it (replace=True, --replace)"),
        )
    make_folder(folder.parent)
    fresh = folder.with_name(f".{folder.name}.{uuid4().hex}")
    old = folder.with_name(f".{folder.name}.{uuid4().hex}.old")
    try:
        write_whole(fresh / manifest.model.file, model_bytes)
        write_whole(fresh / MANIFEST_NAME, manifest_bytes(manifest))
        for name, data in (beside or {}).items():
            write_whole(fresh / name, data)
        if taken:
            folder.rename(old)
        fresh.replace(folder)
    except OSError as error:
        raise not_writable(folder.parent, error) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    return _open_folder(folder)


def save_manifest(bundle: Bundle, manifest: Manifest) -> Bundle:
    """Replace the manifest of a bundle that lies in a folder, as calibration does.

    Raises
    ------
    BundleError
        The bundle is built in or packed, or the new manifest describes another graph.
    """
    path = bundle.folder / MANIFEST_NAME
    if not path.is_file():
        raise BundleError(
            "only a bundle in a folder can be changed",
            item=bundle.id,
            fix="Write a copy with save_bundle and change that",
        )
    if manifest.model != bundle.manifest.model or manifest.id != bundle.id:
        raise BundleError(
            "the new manifest is of another graph", item=bundle.id, fix="Use save_bundle"
        )
    write_whole(path, manifest_bytes(manifest))
    return _open_folder(bundle.folder)


def list_bundles() -> list[BundleEntry]:
    """Return what :func:`open_bundle` takes by name, built-in bundles first, damaged ones too."""
    entries = []
    for name in builtin_names():
        entries.append(BundleEntry(name, "built-in", open_builtin(name).manifest))
    for name in _imported_names():
        try:
            manifest = _open_folder(imported_folder(name)).manifest
        except FacemetricError as error:
            entries.append(BundleEntry(name, "imported", None, str(error)))
        else:
            entries.append(BundleEntry(name, "imported", manifest))
    return entries


def remove_bundle(name: str) -> None:
    """Delete an imported bundle; UnknownNameError where there is none of this name."""
    if name in builtin_names():
        raise UnknownNameError("is built in, and only imported bundles can be removed", item=name)
    if name not in _imported_names():
        raise UnknownNameError(
            "no imported bundle of this name", item=name, fix=suggest(name, _imported_names())
        )
    try:
        shutil.rmtree(imported_folder(name))
    except OSError as error:
        raise not_writable(imported_folder(name), error) from error


def _imported_names() -> list[str]:
    folder = data_folder() / "bundles"
    try:
        names = os.listdir(folder)  # noqa: PTH208
    except OSError:
        return []  # nothing was imported yet
    return sorted(name for name in names if not name.startswith(".") and (folder / name).is_dir())


def _open_folder(folder: Path) -> Bundle:
    return Bundle(read_manifest(folder / MANIFEST_NAME), folder)
