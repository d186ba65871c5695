"""The bundle of an upgraded gallery: the new network, with thresholds that hold for mapped faces.

Its name is its own, so that a gallery of mapped embeddings never opens with the new bundle, whose
calibration says nothing of them. Beside the graph lie the map and the report.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from facemetric.bundle import Bundle, Calibration, Manifest, OperatingPoint, save_bundle
from facemetric.bundle.builtin_bundles import builtin_names
from facemetric.bundle.folders import imported_folder
from facemetric.bundle.manifest_file import check_values
from facemetric.embed.adaptors import ADAPTORS, Adaptor
from facemetric.errors import BundleError, InputError
from facemetric.jobs.upgrading.report import IDENTITY
from facemetric.types import Float32
from facemetric.wire import UpgradeAskedOut, UpgradeReportOut

ARRAYS, REPORT = "adaptor.npz", "upgrade.json"


@dataclass(frozen=True, eq=False, slots=True)
class UpgradePlan:
    """A map with what was measured of it.

    Attributes
    ----------
    report
        What was asked for and what it gave.
    adaptor
        ``None`` for the identity.
    """

    report: UpgradeReportOut
    adaptor: Adaptor | None

    @property
    def mapping(self) -> Callable[[Float32], Float32]:
        """From old embeddings to new ones."""
        return _unchanged if self.adaptor is None else self.adaptor


def _unchanged(old: Float32) -> Float32:
    return old


def upgraded_name(old: str, new: str) -> str:
    """Return what an upgraded gallery's bundle is called where nobody names it."""
    return f"{new}.from-{old}"[:64]


def check_name(name: str) -> None:
    """Raise InputError where a built-in bundle has the name."""
    if name in builtin_names():
        raise InputError("is a built-in bundle's name", item=name, fix="Choose another")


def save_upgraded(new: Bundle, plan: UpgradePlan, *, name: str) -> Bundle:
    """Write the bundle among the imported ones, whole or not at all.

    Raises
    ------
    BundleError
        The name is taken, or the folder cannot be written.
    InputError
        It cannot be a name.
    """
    check_name(name)
    asked = plan.report.asked
    manifest = new.manifest
    values = {
        **manifest.model_dump(),
        "id": name,
        "description": f"{asked.new_bundle} for a gallery upgraded from {asked.old_bundle}.",
        "results": (),
        "calibrations": (upgraded_calibration(plan.report),),
        "spreads": (),
        "checkpoint": None,
    }
    beside = {REPORT: (plan.report.model_dump_json(indent=2) + "\n").encode()}
    if plan.adaptor is not None:
        stream = io.BytesIO()
        np.savez(stream, **plan.adaptor.arrays)  # type: ignore[arg-type]
        beside[ARRAYS] = stream.getvalue()
    made = check_values(Manifest, values, item="name")
    return save_bundle(imported_folder(name), made, new.model_path().read_bytes(), beside=beside)


def upgraded_calibration(report: UpgradeReportOut) -> Calibration:
    """Return the thresholds of a gallery of mapped embeddings, as a bundle has them."""
    asked = report.asked
    return Calibration(
        data=report.data,
        flip=asked.flip,
        people=report.held_people,
        points=tuple(OperatingPoint(**point.model_dump()) for point in report.thresholds.both),
        notes=f"For {asked.new_bundle} against embeddings mapped from {asked.old_bundle} "
        f"({report.adaptor}) and against its own: the stricter threshold of the two. People who "
        "were held back from fitting the map.",
    )


def kept_plan(name: str, asked: UpgradeAskedOut) -> UpgradePlan | None:
    """Return the plan that a bundle of this name was made by; ``None`` where there is none.

    Raises
    ------
    BundleError
        It was made by another one, is no upgraded gallery's bundle, or is damaged.
    """
    folder = imported_folder(name)
    if not folder.exists():
        return None
    taken = "Choose another name for this one (--name)"
    if not (folder / REPORT).is_file():
        raise BundleError("is taken by another kind of bundle", item=name, fix=taken)
    try:
        report = UpgradeReportOut.model_validate_json((folder / REPORT).read_bytes())
        adaptor = None if report.adaptor == IDENTITY else _read(report.adaptor, folder / ARRAYS)
    except (OSError, ValidationError, InputError, zipfile.BadZipFile, ValueError) as error:
        raise BundleError(f"is damaged: {error}", item=str(folder), fix=taken) from error
    differing = [
        field
        for field in UpgradeAskedOut.model_fields
        if getattr(report.asked, field) != getattr(asked, field)
    ]
    if differing:
        raise BundleError(
            f"is the bundle of another upgrade, with another {', '.join(differing)}",
            item=name,
            fix=taken,
        )
    return UpgradePlan(report, adaptor)


def _read(name: str, path: Path) -> Adaptor:
    with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
        return ADAPTORS[name]().restored({key: stored[key] for key in stored.files})
