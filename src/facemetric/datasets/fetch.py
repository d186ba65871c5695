"""Fetching the sample photographs out of a source distribution that is never installed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from facemetric.datasets.photos import FETCHED, FetchedPhoto, samples_folder
from facemetric.errors import DataError

_SHA256 = "5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec"
_REQUIREMENT = f"face-recognition==1.3.0 --hash=sha256:{_SHA256}\n"
_INSIDE = "face_recognition-1.3.0/tests/test_images"
_TIMEOUT_S = 600


def fetch_samples(folder: Path | None = None) -> Path:
    """Put the fetched sample photographs into ``folder`` and return it.

    pip downloads the pinned source distribution of ``face_recognition`` 1.3.0 (3 MB, MIT) from the
    package index that it is configured for; only the photographs are read from it. Where all of
    them are already there, nothing is downloaded.

    Parameters
    ----------
    folder
        Made where absent; ``None`` for `samples_folder`.

    Raises
    ------
    DataError
        pip is absent or fails (offline, say), or what it brings is not what was pinned.
    """
    folder = samples_folder() if folder is None else Path(folder)
    wanted = [photo for photo in FETCHED if not _is_intact(folder / photo.name, photo)]
    if not wanted:
        return folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="facemetric-") as scratch:
            archive = _download(Path(scratch))
            for photo in wanted:
                _write(folder / photo.name, _member(archive, photo))
    except OSError as error:
        raise DataError(
            f"the sample photographs cannot be written: {error}",
            item=str(folder),
            fix="Set FACEMETRIC_SAMPLES to a folder that can be written",
        ) from error
    return folder


def _download(scratch: Path) -> Path:
    listing = scratch / "requirements.txt"
    listing.write_text(_REQUIREMENT, encoding="utf-8")
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--no-input", "--no-deps", "--no-binary", "face-recognition", "--require-hashes"),
        *("--dest", str(scratch), "--requirement", str(listing)),
    ]
    fix = (
        "Go online, or point pip at a package index (PIP_INDEX_URL), and try again; "
        "the photographs may also be copied there by hand"
    )
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_TIMEOUT_S
        )
    except subprocess.TimeoutExpired as error:
        raise DataError(
            f"pip did not finish within {_TIMEOUT_S} s", item="face-recognition 1.3.0", fix=fix
        ) from error
    archives = sorted(scratch.glob("face[-_]recognition-1.3.0.tar.gz"))
    if done.returncode != 0 or len(archives) != 1:
        said = [line for line in done.stderr.splitlines() if "ERROR" in line or "No module" in line]
        raise DataError(
            f"pip could not download it (exit status {done.returncode}): "
            f"{' '.join(said[-3:]) or done.stderr.strip()[-300:] or 'no message'}",
            item="face-recognition 1.3.0",
            fix=fix,
        )
    # pip has checked the hash already; a replaced pip or a local cache may not have.
    if hashlib.sha256(archives[0].read_bytes()).hexdigest() != _SHA256:
        raise DataError("the SHA-256 differs from the pinned one", item=archives[0].name)
    return archives[0]


def _member(archive: Path, photo: FetchedPhoto) -> bytes:
    """Read one pinned member; nothing is unpacked under a name that the archive chooses."""
    with tarfile.open(archive, "r:gz") as tar:
        try:
            info = tar.getmember(f"{_INSIDE}/{photo.name}")
        except KeyError:
            raise DataError("not in the source distribution", item=photo.name) from None
        stream = tar.extractfile(info) if info.isreg() else None
        data = stream.read(photo.size_bytes + 1) if stream else b""
    if not _is_pinned(data, photo):
        raise DataError(
            f"differs from the pinned photograph: expected {photo.size_bytes} bytes, "
            f"got {len(data)} or another SHA-256",
            item=photo.name,
        )
    return data


def _write(path: Path, data: bytes) -> None:
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(partial).chmod(0o644)
        Path(partial).replace(path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise


def _is_intact(path: Path, photo: FetchedPhoto) -> bool:
    return path.is_file() and _is_pinned(path.read_bytes(), photo)


def _is_pinned(data: bytes, photo: FetchedPhoto) -> bool:
    return len(data) == photo.size_bytes and hashlib.sha256(data).hexdigest() == photo.sha256
