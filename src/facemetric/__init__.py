"""Face recognition you can train, measure and run.

>>> from facemetric import Recognizer
>>> recognizer = Recognizer()
>>> recognizer.verify("passport.jpg", "selfie.jpg").same  # doctest: +SKIP
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from facemetric._version import __version__

if TYPE_CHECKING:
    from facemetric.bundle import Bundle, open_bundle
    from facemetric.errors import FacemetricError
    from facemetric.gallery import Gallery
    from facemetric.images import load_image
    from facemetric.recognizer import Recognizer
    from facemetric.types import Chip, Face, Image, ItemError, Match

_HOMES = {
    "Bundle": "facemetric.bundle",
    "Chip": "facemetric.types",
    "Face": "facemetric.types",
    "FacemetricError": "facemetric.errors",
    "Gallery": "facemetric.gallery",
    "Image": "facemetric.types",
    "ItemError": "facemetric.types",
    "Match": "facemetric.types",
    "Recognizer": "facemetric.recognizer",
    "load_image": "facemetric.images",
    "open_bundle": "facemetric.bundle",
}

__all__ = [
    "Bundle",
    "Chip",
    "Face",
    "FacemetricError",
    "Gallery",
    "Image",
    "ItemError",
    "Match",
    "Recognizer",
    "__version__",
    "load_image",
    "open_bundle",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that importing facemetric stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'facemetric' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
