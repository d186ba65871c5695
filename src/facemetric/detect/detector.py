"""What every detector offers, and the register of those that are known by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from facemetric.registry import Registry
from facemetric.types import Face, Image


@runtime_checkable
class Detector(Protocol):
    """Anything that finds faces in a picture.

    Attributes
    ----------
    name
        The name in ``DETECTORS``; reports and stored samples carry it.
    """

    name: str

    def detect(self, image: Image) -> tuple[Face, ...]:
        """Return the faces by falling score, in pixels of the upright full-size image."""
        ...


DETECTORS: Registry[Callable[..., Detector]] = Registry("detector")
