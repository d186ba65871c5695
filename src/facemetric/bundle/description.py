"""A bundle in words, its licence first among them."""

from __future__ import annotations

from facemetric.bundle.bundle import Bundle
from facemetric.bundle.manifest import Calibration, Manifest

_COMMERCIAL = {
    True: "commercial use allowed",
    False: "NO commercial use",
    None: "the publisher does not say whether commercial use is allowed: ask before you rely on it",
}


def licence_text(manifest: Manifest) -> str:
    """Return who may use the weights for what, in a few lines; shown at import."""
    licence = manifest.licence
    lines = [
        f"Licence: {licence.spdx} ({_COMMERCIAL[licence.commercial_use]})",
        f"Training data: {licence.training_data}",
    ]
    return "\n".join([*lines, licence.notes] if licence.notes else lines)


def describe_bundle(bundle: Bundle) -> str:
    """Return what a person wants to know of a bundle: purpose, input, licence, origin, figures."""
    manifest = bundle.manifest
    spec, origin = manifest.input, manifest.provenance
    margin = manifest.alignment.margin_px
    lines = [
        manifest.id,
        manifest.description,
        f"Embedding: {bundle.dim} values",
        f"Chips: {spec.width_px}x{spec.height_px} px, {spec.colour.upper()}, "
        f"alignment {manifest.alignment.template}"
        + (f" with a margin of {margin:g} px" if margin is not None else ""),
        licence_text(manifest),
        f"Source: {origin.source}",
        f"Graph: SHA-256 {manifest.model.sha256}",
    ]
    for result in manifest.results:
        deviation = "" if result.deviation is None else f" ± {result.deviation:g}"
        if result.low is not None and result.high is not None:
            deviation += f" [{result.low:g}, {result.high:g}]"
        conditions = f" ({result.conditions})" if result.conditions else ""
        lines.append(
            f"Measured: {result.protocol} {result.metric} {result.value:g}{deviation}{conditions}"
        )
    lines += [_calibration(table) for table in manifest.calibrations] or [
        "Calibration: none; thresholds must be given by hand or measured first"
    ]
    lines += [
        f"Correction for unlike shots of a visit, {'with' if one.flip else 'without'} flip "
        f"averaging: exponent {one.exponent:g}, {one.least_shots} to "
        f"{one.most_shots} shots, {one.looks} look-ups ({one.data})"
        for one in manifest.spreads
    ]
    return "\n".join(line for line in lines if line)


def _calibration(table: Calibration) -> str:
    flip = "with" if table.flip else "without"
    points = ", ".join(
        f"similarity {point.similarity:.3f} at FAR {point.far:g}" for point in table.points
    )
    return f"Calibration on {table.data}, {flip} flip averaging: {points or 'no points'}"
