"""facenet-pytorch's published weights as bundles."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from facemetric.bundle.bundle import Bundle
from facemetric.bundle.importing import (
    matched_preset,
    preset_of_format,
    read_source,
    save_import,
    unusable,
)
from facemetric.bundle.inception_resnet import INPUT, OUTPUT, inception_resnet_graph
from facemetric.errors import DependencyError
from facemetric.types import Float32

_FIX = "Pass a state dictionary that torch.save wrote, such as 20180402-114759-vggface2.pt"


def import_facenet_pytorch(
    path: str | Path,
    *,
    preset: str | None = None,
    id: str | None = None,
    folder: str | Path | None = None,
    replace: bool = False,
    any_weights: bool = False,
) -> Bundle:
    """Make a bundle of the weights of facenet-pytorch's ``InceptionResnetV1``.

    The file is read by torch's weights-only loader, which makes nothing but tensors
    (``facemetric[train]``). Show :func:`facemetric.bundle.licence_text` of the result's manifest to
    whoever imports.

    Parameters
    ----------
    path
        The ``.pt`` file.
    preset
        ``"facenet-pytorch-vggface2"`` or ``"facenet-pytorch-casia-webface"``; where ``None``, the
        one that the file's name speaks of.
    id, folder, replace
        Name of the bundle; where to write it (the user's folder where ``None``); whether over one
        that is there.
    any_weights
        Use the preset for a file other than the one that it was made for, without its calibration.

    Raises
    ------
    BundleError
        The file is no such state dictionary; the first weight that is missing or has another shape
        is named.
    DependencyError
        torch is missing.
    """
    path = Path(path)
    name = preset or _named_by(path)
    known = preset_of_format(name, "facenet-pytorch", path=path)
    data, digest = read_source(path)
    known = matched_preset(known, digest, path=path, any_weights=any_weights)
    graph, dim = inception_resnet_graph(_state(data, path), item=str(path))
    return save_import(
        graph,
        known.model_copy(update={"dim": dim}),
        importer="facemetric.bundle.import_facenet_pytorch",
        source_sha256=digest,
        id=id,
        folder=folder,
        replace=replace,
        tensors=(INPUT, OUTPUT),
        recipe="converted to ONNX, batch normalisation folded",
    )


def _named_by(path: Path) -> str:
    for data in ("vggface2", "casia-webface"):
        if data in path.name.lower():
            return f"facenet-pytorch-{data}"
    raise unusable(
        "the file's name does not say on which data it was trained",
        path,
        "Pass preset='facenet-pytorch-vggface2' or 'facenet-pytorch-casia-webface'",
    )


def _state(data: bytes, path: Path) -> dict[str, Float32]:
    try:
        import torch
    except ImportError as error:
        raise DependencyError(
            "torch is needed to read .pt files and is not installed",
            fix='Install it: pip install "facemetric[train]"',
        ) from error
    try:
        loaded: Any = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except Exception as error:  # pickle, zip and torch errors of many classes
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise unusable(f"torch's weights-only loader refuses it: {first}", path, _FIX) from error
    if not isinstance(loaded, dict):
        raise unusable(f"expected a dictionary of tensors, got {type(loaded).__name__}", path, _FIX)
    return {
        str(key): value.float().numpy()
        for key, value in loaded.items()
        if isinstance(value, torch.Tensor) and value.is_floating_point()
    }
