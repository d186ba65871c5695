"""Putting a calibration into a bundle: into its own folder, or into a copy."""

from __future__ import annotations

from pathlib import Path

from facemetric.bundle.builtin_bundles import builtin_names
from facemetric.bundle.bundle import Bundle
from facemetric.bundle.folders import imported_folder
from facemetric.bundle.manifest import Calibration, Manifest
from facemetric.bundle.manifest_file import MANIFEST_NAME, check_values
from facemetric.bundle.store import save_bundle, save_manifest
from facemetric.errors import BundleError, InputError


def calibration_folder(
    bundle: Bundle,
    *,
    flip: bool,
    out: Path | None = None,
    name: str | None = None,
    replace: bool = False,
) -> Path:
    """Return the folder that `save_calibration` writes to, or say why it would not.

    Parameters as `save_calibration`; ``flip`` is the calibration's.

    Raises
    ------
    BundleError
        The bundle is no folder and neither ``out`` nor ``name`` is given, the folder is taken, or
        the bundle has a calibration for such embeddings already.
    InputError
        Both ``out`` and ``name`` are given, or the name is a built-in bundle's.
    """
    if out is not None and name is not None:
        raise InputError("a folder and a name exclude each other", item="out, name")
    if name is not None and name in builtin_names():
        raise InputError("is a built-in bundle's name", item=name, fix="Choose another")
    if out is None and name is None:
        return _own_folder(bundle, flip=flip, replace=replace)
    folder = Path(out) if out is not None else imported_folder(str(name))
    if folder.exists() and not replace and (not folder.is_dir() or any(folder.iterdir())):
        raise BundleError(
            "is taken",
            item=str(folder),
            fix="Choose another, or write over it (replace=True, --replace)",
        )
    return folder


def save_calibration(
    bundle: Bundle,
    calibration: Calibration,
    *,
    out: Path | None = None,
    name: str | None = None,
    replace: bool = False,
) -> Bundle:
    """Write a bundle with a calibration in the place of those for such embeddings.

    Parameters
    ----------
    bundle
        Which; a built-in or packed one is never changed.
    calibration
        Replaces the bundle's calibrations of the same ``flip``; the others stay.
    out
        Folder of a copy with the same name, so that galleries of the bundle open with it too.
    name
        Name of a copy among the imported bundles; galleries know it as another bundle. Without
        ``out`` and ``name`` the bundle's own folder is written.
    replace
        Write over a bundle, or over a calibration, that is there.

    Raises
    ------
    BundleError, InputError
        See `calibration_folder`; or the folder cannot be written.
    """
    folder = calibration_folder(bundle, flip=calibration.flip, out=out, name=name, replace=replace)
    others = tuple(one for one in bundle.manifest.calibrations if one.flip != calibration.flip)
    # What was measured at the old thresholds does not hold at the new ones.
    spreads = tuple(one for one in bundle.manifest.spreads if one.flip != calibration.flip)
    values = {
        **bundle.manifest.model_dump(),
        "id": bundle.id if name is None else name,
        "calibrations": (calibration, *others),
        "spreads": spreads,
    }
    manifest = check_values(Manifest, values, item="name")
    if out is None and name is None:
        return save_manifest(bundle, manifest)
    # A copy is for running the network: the weights to train on with stay where they are.
    copied = manifest.model_copy(update={"checkpoint": None})
    return save_bundle(folder, copied, bundle.model_path().read_bytes(), replace=replace)


def _own_folder(bundle: Bundle, *, flip: bool, replace: bool) -> Path:
    if not (bundle.folder / MANIFEST_NAME).is_file():
        raise BundleError(
            "is built in or packed, and cannot be changed",
            item=bundle.id,
            fix="Write a copy: into a folder (out=, --out), which keeps the name, or under another "
            "name (name=, --name)",
        )
    if not replace and any(one.flip == flip for one in bundle.manifest.calibrations):
        raise BundleError(
            f"has a calibration for embeddings {'with' if flip else 'without'} flip averaging",
            item=bundle.id,
            fix="Write a copy (--out, --name), or over it (replace=True, --replace)",
        )
    return bundle.folder
