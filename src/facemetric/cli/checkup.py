"""The examinations behind ``facemetric doctor``; one that fails does not stop the others."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version

from facemetric.errors import FacemetricError
from facemetric.processors import usable_processors
from facemetric.wire import CheckOut

_NEEDED = (
    "numpy",
    "opencv-python-headless",
    "pillow",
    "onnx",
    "scikit-learn",
    "mtcnn",
    "face-recognition-models",
)
_OPTIONAL = {
    "pillow-heif": 'HEIC photographs: pip install "facemetric[heif]"',
    "h5py": 'Keras models: pip install "facemetric[keras]"',
    "torch": 'training, .pt models: pip install "facemetric[train]"',
}
_RUNTIMES = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-openvino")
_LEAST_FREE_BYTES = 500_000_000


def examine() -> list[CheckOut]:
    """Run every examination."""
    checks: list[CheckOut] = []
    for name, examination in _EXAMINATIONS.items():
        try:
            checks.extend(examination())
        except FacemetricError as error:
            fix = error.fix
            cause = f"{error.item}: {error.cause}" if error.item else error.cause
            checks.append(CheckOut(name=name, state="failed", detail=cause, fix=fix))
    return checks


def _versions() -> Iterator[CheckOut]:
    from facemetric import __version__

    detail = f"{__version__}, Python {platform.python_version()}, {platform.platform()}"
    yield CheckOut(name="facemetric", state="ok", detail=detail)
    for package in _NEEDED:
        found = _version(package)
        yield CheckOut(
            name=package,
            state="ok" if found else "failed",
            detail=found or "not installed",
            fix=None if found else "Install facemetric again",
        )
    for package, purpose in _OPTIONAL.items():
        found = _version(package)
        yield CheckOut(name=package, state="ok", detail=found or f"not installed ({purpose})")


def _providers() -> Iterator[CheckOut]:
    from facemetric.runtime import available_providers

    providers = ", ".join(available_providers())
    found = next((f"{name} {_version(name)}" for name in _RUNTIMES if _version(name)), "unknown")
    usable, cores = usable_processors(), os.cpu_count() or 1
    counted = f"{cores} cores" if usable == cores else f"{usable} of {cores} cores may be used"
    detail = f"{providers} ({found}, {counted})"
    yield CheckOut(name="providers", state="ok", detail=detail)


def _detector() -> Iterator[CheckOut]:
    from facemetric.recognizer import default_detector

    detector = default_detector()
    yield CheckOut(name="detector", state="ok", detail=f"{detector.name}: weights are right")


def _bundles() -> Iterator[CheckOut]:
    from facemetric.bundle import list_bundles, open_bundle, verify_bundle

    for entry in list_bundles():
        try:
            bundle = open_bundle(entry.name)
            verify_bundle(bundle)
        except FacemetricError as error:
            yield CheckOut(name="bundle", state="failed", detail=str(error))
        else:
            licence = bundle.manifest.licence.spdx
            calibrated = bool(bundle.manifest.calibrations)
            # Who imports a bundle was told that it has none; one that comes along should.
            lacking = entry.origin == "built-in" and not calibrated
            state = "calibrated" if calibrated else "not calibrated"
            yield CheckOut(
                name="bundle",
                state="warning" if lacking else "ok",
                detail=f"{bundle.id}: golden embedding is right, {licence}, {state}",
                fix="Pass a threshold of your own (--threshold)" if lacking else None,
            )


def _data() -> Iterator[CheckOut]:
    from facemetric.datasets import data_root, sample_photos
    from facemetric.errors import DataError

    samples = sample_photos(missing_ok=True)
    yield CheckOut(
        name="samples",
        state="ok" if samples else "warning",
        detail=f"{len(samples)} photographs for facemetric demo",
        fix=None if samples else "facemetric demo --fetch",
    )
    try:
        detail = str(data_root())
    except DataError:
        detail = "none (only needed for facemetric evaluate; set FACEMETRIC_DATA)"
    yield CheckOut(name="research data", state="ok", detail=detail)


def _disk() -> Iterator[CheckOut]:
    from facemetric.bundle import cache_folder, data_folder

    for name, folder in (("cache folder", cache_folder()), ("data folder", data_folder())):
        there = next(path for path in (folder, *folder.parents) if path.exists())
        free = shutil.disk_usage(there).free
        writable = os.access(there, os.W_OK)
        state = "failed" if not writable else "warning" if free < _LEAST_FREE_BYTES else "ok"
        yield CheckOut(
            name=name,
            state=state,  # type: ignore[arg-type]
            detail=f"{folder}: {free / 1e9:.1f} GB free{'' if writable else ', not writable'}",
            fix=None if state == "ok" else "Set FACEMETRIC_HOME to a folder with room",
        )


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


_EXAMINATIONS: dict[str, Callable[[], Iterator[CheckOut]]] = {
    "versions": _versions,
    "providers": _providers,
    "detector": _detector,
    "bundles": _bundles,
    "data": _data,
    "disk": _disk,
}
