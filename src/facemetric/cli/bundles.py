"""Bundles as ``facemetric models`` shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facemetric.cli.output import print_json

if TYPE_CHECKING:
    from facemetric.bundle import Bundle, Manifest
    from facemetric.bundle.manifest import Licence
    from facemetric.wire import ModelOut


def print_bundle(bundle: Bundle) -> None:
    """Print one bundle as a JSON document."""
    from facemetric.wire import ModelsOut

    origin = str(bundle.folder)
    print_json(ModelsOut(models=(model_out(bundle.manifest, origin),)))


def commercial_use(licence: Licence) -> str:
    """Say whether commercial use is allowed."""
    return {True: "yes", False: "no", None: "not stated"}[licence.commercial_use]


def model_out(manifest: Manifest, origin: str) -> ModelOut:
    """Return a bundle as JSON shows it."""
    from facemetric.wire import ModelOut

    return ModelOut(
        id=manifest.id,
        description=manifest.description,
        origin=origin,
        dim=manifest.embedding.dim,
        template=manifest.alignment.template,
        licence=manifest.licence.spdx,
        commercial_use=manifest.licence.commercial_use,
        training_data=manifest.licence.training_data,
        calibrated=bool(manifest.calibrations),
    )
