"""Reading a Keras model out of an HDF5 file: its configuration and its weights, never its code."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from facemetric.errors import BundleError, DependencyError
from facemetric.types import Float32

MAX_WEIGHTS_BYTES = 1 << 30
_FIX = "Pass a whole model saved by Keras as .h5, with its configuration"


class KerasFile:
    """Layers and weights of a functional Keras model, out of the bytes of its file.

    Every layer's weights are read when they are asked for. Links to other files and data sets
    stored outside of the file are refused.

    Raises
    ------
    DependencyError
        h5py is not installed.
    BundleError
        The file is no HDF5, or holds no functional model's configuration.
    """

    def __init__(self, data: bytes, *, path: Path) -> None:
        try:
            import h5py
        except ImportError as error:
            raise DependencyError(
                "h5py is needed to read Keras files and is not installed",
                fix='Install it: pip install "facemetric[keras]"',
            ) from error
        self._h5py = h5py
        self.path = path
        self._bytes_left = MAX_WEIGHTS_BYTES
        try:
            self._file = h5py.File(io.BytesIO(data), "r")
            text = self._file.attrs["model_config"]
            config = json.loads(text)["config"]
            self.layers: list[dict[str, Any]] = list(config["layers"])
            self.inputs = _tensor_names(config["input_layers"])
            self.outputs = _tensor_names(config["output_layers"])
        except Exception as error:  # h5py raises whatever its C library meets
            raise self.bad(f"no Keras model in HDF5: {error}") from error

    def weights(self, layer: str) -> dict[str, Float32]:
        """Return a layer's weights by their short names, such as ``"moving_mean"``."""
        try:
            root = self._child(self._file, "model_weights") or self._file
            group = self._child(root, layer)
            if group is None:
                return {}
            found = {}
            for name in group.attrs["weight_names"]:
                name = name.decode() if isinstance(name, bytes) else str(name)
                node = group
                for part in name.split("/"):
                    node = self._child(node, part)
                found[name.split("/")[-1].split(":")[0]] = self._values(node, name)
            return found
        except BundleError:
            raise
        except Exception as error:
            raise self.bad(f"the weights of layer {layer!r} cannot be read: {error}") from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def bad(self, cause: str, fix: str = _FIX) -> BundleError:
        """Return the error for this file."""
        return BundleError(cause, item=str(self.path), fix=fix)

    def _child(self, group: Any, name: str) -> Any:
        link = group.get(name, getlink=True)
        if link is None:
            return None
        if not isinstance(link, self._h5py.HardLink):
            raise self.bad(f"{name!r} is a link to elsewhere")
        return group[name]

    def _values(self, node: Any, name: str) -> Float32:
        if not isinstance(node, self._h5py.Dataset) or node.dtype.kind != "f":
            raise self.bad(f"{name!r} is no array of floats")
        if node.external or node.is_virtual:
            raise self.bad(f"{name!r} is stored in another file")
        self._bytes_left -= 4 * int(node.size)
        if self._bytes_left < 0:
            raise self.bad(f"more than {MAX_WEIGHTS_BYTES} bytes of weights")
        return np.asarray(node[()], dtype=np.float32)


def _tensor_names(entry: Any) -> list[str]:
    """Return layer names of ``[["name", 0, 0], …]``; Keras 3 leaves the list out for one."""
    entries = [entry] if entry and isinstance(entry[0], str) else entry
    return [str(item[0]) for item in entries]
