"""A bundle as one ``.zip`` file, written plainly and read with suspicion."""

from __future__ import annotations

import io
import zipfile
from functools import partial
from pathlib import Path
from typing import NoReturn

from facemetric.bundle.bundle import Bundle
from facemetric.bundle.folders import cache_folder, write_whole
from facemetric.bundle.manifest import Manifest
from facemetric.bundle.manifest_file import (
    MANIFEST_NAME,
    MAX_MANIFEST_BYTES,
    manifest_bytes,
    parse_manifest,
)
from facemetric.errors import BundleError

MAX_MODEL_BYTES = 2 << 30  # protocol buffers end there too
_MAX_RATIO = 100  # weights hardly shrink: more is a bomb
_EPOCH = (1980, 1, 1, 0, 0, 0)
_FIX = "Make it again with pack_bundle, or pass the unpacked folder"


def open_archive(path: Path) -> Bundle:
    """Open a packed bundle: the manifest now, the graph into the cache when it is needed.

    Raises
    ------
    BundleError
        It is no zip file, holds anything but a manifest and its graph, or grows suspiciously.
    """
    manifest = _Archive(path).manifest()
    folder = cache_folder() / "archives" / manifest.model.sha256
    return Bundle(manifest, folder, supply=partial(_unpack, path, folder, manifest))


def pack_bundle(bundle: Bundle, path: str | Path) -> Path:
    """Write a bundle as one ``.zip`` file, the same bytes for the same bundle.

    It is for running the network: weights to train on with (``checkpoint``) stay in the folder.

    Raises
    ------
    BundleError
        The suffix is not ``.zip``, or the file cannot be written.
    IntegrityError
        The bundle's graph is damaged.
    """
    path = Path(path)
    if path.suffix.lower() != ".zip":
        raise BundleError(f"expected a name that ends in .zip, got {path.suffix!r}", item=str(path))
    model = bundle.model_path(recheck=True).read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        manifest = bundle.manifest.model_copy(update={"checkpoint": None})
        archive.writestr(zipfile.ZipInfo(MANIFEST_NAME, _EPOCH), manifest_bytes(manifest))
        archive.writestr(zipfile.ZipInfo(bundle.manifest.model.file, _EPOCH), model)
    write_whole(path, buffer.getvalue())
    return path


class _Archive:
    def __init__(self, path: Path) -> None:
        self.path = path

    def manifest(self) -> Manifest:
        data = self.member(MANIFEST_NAME, MAX_MANIFEST_BYTES)
        manifest = parse_manifest(data, item=f"{self.path}/{MANIFEST_NAME}")
        self.member(manifest.model.file, 0, allowed={MANIFEST_NAME, manifest.model.file})
        return manifest

    def member(self, name: str, limit: int, *, allowed: set[str] | None = None) -> bytes:
        """Read at most ``limit`` bytes of a member (with 0, only look whether all is in order)."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                entries = archive.infolist()
                names = [entry.filename for entry in entries]
                if len(entries) > 8 or len(set(names)) != len(names):
                    self.fail(f"expected two files, got {len(entries)} entries")
                if allowed is not None and set(names) - allowed:
                    self.fail(f"expected only {sorted(allowed)}, got also {names[:8]}")
                if name not in names:
                    self.fail(f"{name} is not at its top level")
                entry = archive.getinfo(name)
                size = entry.file_size
                if size > (limit or MAX_MODEL_BYTES) or size > _MAX_RATIO * (
                    entry.compress_size + 1024
                ):
                    self.fail(f"{name} claims {size} bytes out of {entry.compress_size}")
                if entry.flag_bits & 1:
                    self.fail(f"{name} is encrypted")
                if not limit:
                    return b""
                with archive.open(entry) as file:
                    data = file.read(size + 1)
                if len(data) != size:
                    self.fail(f"{name} is not the {size} bytes that it claims")
                return data
        except OSError as error:
            raise BundleError(
                f"cannot be read: {error.strerror or error}", item=str(self.path)
            ) from error
        except BundleError:
            raise
        except Exception as error:  # zipfile raises some ten classes for damaged files
            self.fail(f"not a whole zip file: {error}", error)

    def fail(self, cause: str, source: Exception | None = None) -> NoReturn:
        raise BundleError(cause, item=str(self.path), fix=_FIX) from source


def _unpack(path: Path, folder: Path, manifest: Manifest) -> None:
    data = _Archive(path).member(manifest.model.file, MAX_MODEL_BYTES)
    write_whole(folder / manifest.model.file, data)
