"""A model bundle that is open: its manifest, and the graph once its hash was checked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from facemetric.bundle.manifest import Manifest
from facemetric.errors import BundleError, IntegrityError


class Bundle:
    """A network together with its manifest.

    Made by :func:`facemetric.bundle.open_bundle`. Opening reads the manifest only; the graph is
    built, unpacked and checked when :meth:`model_path` is first called.

    Parameters
    ----------
    manifest
        What is known of the network.
    folder
        Where the graph lies, or will.
    supply
        Makes the graph in ``folder`` where it is absent or damaged; ``None`` where it must be
        there.
    """

    def __init__(
        self, manifest: Manifest, folder: Path, *, supply: Callable[[], None] | None = None
    ) -> None:
        self.manifest = manifest
        self.folder = folder
        self._supply = supply
        self._checked = False

    def __repr__(self) -> str:
        return f"Bundle({self.id!r}, dim={self.dim}, folder={str(self.folder)!r})"

    @property
    def id(self) -> str:
        """The name of the bundle, such as ``"dlib-resnet-v1"``."""
        return self.manifest.id

    @property
    def dim(self) -> int:
        """How many values an embedding has."""
        return self.manifest.embedding.dim

    def model_path(self, *, recheck: bool = False) -> Path:
        """Return the path of the ONNX graph, its SHA-256 checked.

        Parameters
        ----------
        recheck
            Hash the file again although this object already did.

        Raises
        ------
        IntegrityError
            The file is not the one that the manifest describes.
        BundleError
            It is absent and cannot be made.
        """
        path = self.folder / self.manifest.model.file
        if self._checked and not recheck:
            return path
        digest = file_sha256(path)
        if digest != self.manifest.model.sha256 and self._supply is not None:
            self._supply()
            digest = file_sha256(path)
        if digest is None:
            raise BundleError(
                "the graph is missing", item=str(path), fix="Import or copy the bundle again"
            )
        if digest != self.manifest.model.sha256:
            raise IntegrityError(
                f"expected SHA-256 {self.manifest.model.sha256}, got {digest}",
                item=str(path),
                fix="The file was changed or damaged: import or copy the bundle again",
            )
        self._checked = True
        return path


def file_sha256(path: Path) -> str | None:
    """Return the hex digest of a file; ``None`` where there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise BundleError(f"cannot be read: {error.strerror or error}", item=str(path)) from error
