"""MTCNN's trained weights, read from the files of the ``mtcnn`` distribution after a hash check.

The distribution's code is never imported. Its files are joblib pickles, so nothing is parsed
unless its SHA-256 is the one below.
"""

from __future__ import annotations

import hashlib
import io
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Literal

from facemetric.errors import DependencyError, IntegrityError
from facemetric.types import Float32

DISTRIBUTION = "mtcnn"
VERSION = "1.0.0"
SHA256 = {
    "pnet": "ea6b0c3e685ebee3165326ad6484acc95f2ef78f1c94fbf40a55704fa989f7b5",
    "rnet": "cb00e6460f3c98b0bfafaba3c0a0ded4bdf6e62cee7174d969e8670d7e757fee",
    "onet": "94f6ea2f4cf985275ee958cdd762d17b6009348a4fb9d8c6be39ba73ffd22ca3",
}
Net = Literal["pnet", "rnet", "onet"]
_FIX = f'Install it again: pip install --force-reinstall "{DISTRIBUTION}=={VERSION}"'


def load_weights(net: Net, *, folder: Path | None = None) -> list[Float32]:
    """Return the arrays of one network: kernels ``(H, W, I, O)``, biases, slopes, in its order.

    Parameters
    ----------
    net
        ``"pnet"``, ``"rnet"`` or ``"onet"``.
    folder
        Where the ``.lz4`` files lie; the installed distribution's where ``None``.

    Raises
    ------
    IntegrityError
        A file is absent, or is not the one that this version was built for.
    DependencyError
        The ``mtcnn`` distribution is not installed.
    """
    path = (folder or _installed_folder()) / f"{net}.lz4"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise IntegrityError(
            f"the weight file cannot be read: {error.strerror}", item=str(path), fix=_FIX
        ) from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != SHA256[net]:
        raise IntegrityError(
            f"expected SHA-256 {SHA256[net]}, got {digest}; the file was not opened",
            item=str(path),
            fix=_FIX,
        )
    import joblib

    arrays: list[Float32] = joblib.load(io.BytesIO(content))
    return arrays


def _installed_folder() -> Path:
    try:
        found = distribution(DISTRIBUTION)
    except PackageNotFoundError as error:
        raise DependencyError(
            "the distribution that carries MTCNN's weights is not installed",
            item=DISTRIBUTION,
            fix=f'Install it: pip install "{DISTRIBUTION}=={VERSION}"',
        ) from error
    return Path(str(found.locate_file(f"{DISTRIBUTION}/assets/weights")))
