"""Proving that a bundle computes here what it computed where it was made."""

from __future__ import annotations

import numpy as np

from facemetric.bundle.bundle import Bundle
from facemetric.bundle.golden import golden_chip
from facemetric.bundle.manifest import Golden
from facemetric.bundle.network import Network
from facemetric.errors import IntegrityError


def verify_bundle(bundle: Bundle, *, provider: str = "cpu") -> None:
    """Check a bundle's hash, the graph's shapes, and the embedding of the golden chip.

    Raises
    ------
    IntegrityError
        One of them does not match, or there is no golden embedding to compare with.
    """
    golden = bundle.manifest.golden
    bundle.model_path(recheck=True)
    came = golden_embedding(Network(bundle, provider=provider))
    if golden is None:
        raise IntegrityError(
            "the manifest has no golden embedding to compare with",
            item=bundle.id,
            fix="Import the model again",
        )
    difference = float(np.abs(came - np.array(golden.embedding)).max())
    if not difference <= golden.tolerance:
        raise IntegrityError(
            f"the golden embedding differs by {difference:.2g}, at most {golden.tolerance:.2g} "
            f"is allowed: provider {provider!r} computes another network",
            item=bundle.id,
            fix="Try provider='cpu'; where that fails too, import the model again",
        )


def make_golden(network: Network, *, tolerance: float = 1e-3) -> Golden:
    """Return the golden embedding as a network computes it now, for a new manifest."""
    values = golden_embedding(network)
    return Golden(embedding=tuple(round(float(v), 7) for v in values), tolerance=tolerance)


def golden_embedding(network: Network) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return the unit-length embedding of the golden chip, ``float64 (D,)``, without flip."""
    spec = network.bundle.manifest.input
    raw = network.raw(golden_chip(spec.height_px, spec.width_px)[None])[0].astype(np.float64)
    return np.asarray(raw / np.linalg.norm(raw))
