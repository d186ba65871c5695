"""Keras FaceNet models as bundles."""

from __future__ import annotations

from pathlib import Path

from facemetric.bundle.bundle import Bundle
from facemetric.bundle.importing import (
    matched_preset,
    preset_of_format,
    read_source,
    save_import,
    unusable,
)
from facemetric.bundle.keras_file import KerasFile
from facemetric.bundle.keras_graph import INPUT, OUTPUT, keras_graph


def import_keras_facenet(
    path: str | Path,
    *,
    preset: str = "keras-facenet",
    id: str | None = None,
    folder: str | Path | None = None,
    replace: bool = False,
    any_weights: bool = False,
) -> Bundle:
    """Make a bundle of a FaceNet that Keras saved as ``.h5``.

    The layers are converted one by one from the configuration in the file; no code in it is run,
    and neither Keras nor TensorFlow is needed (h5py is: ``facemetric[keras]``). Show
    :func:`facemetric.bundle.licence_text` of the result's manifest to whoever imports.

    Parameters
    ----------
    path
        The ``.h5`` file: the whole model, with its configuration.
    preset
        A name in ``PRESETS`` of a Keras model.
    id, folder, replace
        Name of the bundle; where to write it (the user's folder where ``None``); whether over one
        that is there.
    any_weights
        Use the preset for a file other than the one that it was made for, without its calibration.

    Raises
    ------
    IntegrityError
        The file is not the preset's, or the network's shapes are not.
    BundleError
        The file holds no such model, or a layer is not known.
    DependencyError
        h5py is missing.
    """
    path = Path(path)
    data, digest = read_source(path)
    known = preset_of_format(preset, "keras", path=path)
    known = matched_preset(known, digest, path=path, any_weights=any_weights)
    file = KerasFile(data, path=path)
    try:
        graph, size, dim = keras_graph(file)
    finally:
        file.close()
    if size != (known.input.height_px, known.input.width_px) or dim != known.dim:
        raise unusable(
            f"expected {known.input.height_px}x{known.input.width_px} pixels and {known.dim} "
            f"values, the model has {size[0]}x{size[1]} and {dim}",
            path,
            "Choose the preset of this model, or export it to ONNX and use import_onnx",
        )
    return save_import(
        graph,
        known,
        importer="facemetric.bundle.import_keras_facenet",
        source_sha256=digest,
        id=id,
        folder=folder,
        replace=replace,
        tensors=(INPUT, OUTPUT),
        recipe="converted to ONNX, batch normalisation folded",
    )
