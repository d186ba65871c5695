"""A model file of any known format as a bundle."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from facemetric.bundle.bundle import Bundle
from facemetric.bundle.facenet_pytorch_import import import_facenet_pytorch
from facemetric.bundle.keras_import import import_keras_facenet
from facemetric.bundle.onnx_import import import_onnx
from facemetric.errors import BundleError, InputError

_BY_SUFFIX: dict[str, Callable[..., Bundle]] = {
    ".onnx": import_onnx,
    ".h5": import_keras_facenet,
    ".keras": import_keras_facenet,
    ".pt": import_facenet_pytorch,
    ".pth": import_facenet_pytorch,
}


def import_model(path: str | Path, **options: Any) -> Bundle:
    """Make a bundle of a model file; the importer follows from the file's suffix.

    Parameters
    ----------
    path
        An ``.onnx``, ``.h5``, ``.keras``, ``.pt`` or ``.pth`` file.
    options
        Those of ``import_onnx``, ``import_keras_facenet`` or ``import_facenet_pytorch``.

    Raises
    ------
    InputError
        The importer of that format does not take one of the options.
    BundleError
        The suffix is none of those, or the file cannot be used.
    """
    path = Path(path)
    importer = _BY_SUFFIX.get(path.suffix.lower())
    if importer is None:
        raise BundleError(
            f"expected {', '.join(_BY_SUFFIX)}, got {path.suffix or 'no suffix'!r}",
            item=str(path),
            fix="Pass the model file itself, under a suffix that tells its format",
        )
    unknown = sorted(set(options) - set(importer.__kwdefaults__ or {}))
    if unknown:
        raise InputError(
            f"{path.suffix} models do not take {', '.join(unknown)}",
            item=str(path),
            fix="Their preprocessing is known: leave these options out",
        )
    return importer(path, **options)
