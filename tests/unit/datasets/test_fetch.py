import hashlib
import io
import subprocess
import tarfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from facemetric.datasets import fetch, fetch_samples, samples
from facemetric.datasets.photos import FetchedPhoto
from facemetric.errors import DataError

DATA = {"a.jpg": b"first", "b.jpg": b"second"}
PINNED = tuple(
    FetchedPhoto(name, len(data), hashlib.sha256(data).hexdigest(), "Ann")
    for name, data in DATA.items()
)


def archive(members: dict[str, bytes], *, link: bool = False) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(f"face_recognition-1.3.0/tests/test_images/{name}")
            info.size = 0 if link else len(data)
            if link:
                info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(info, None if link else io.BytesIO(data))
    return buffer.getvalue()


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A stand-in for pip that writes an archive, or fails."""
    state = SimpleNamespace(calls=[], bytes=archive(DATA), returncode=0, stderr="")

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        state.calls.append(command)
        listing = Path(command[command.index("--requirement") + 1]).read_text()
        assert "--hash=sha256:" in listing
        if state.returncode == 0:
            folder = Path(command[command.index("--dest") + 1])
            (folder / "face_recognition-1.3.0.tar.gz").write_bytes(state.bytes)
        return subprocess.CompletedProcess(command, state.returncode, "", state.stderr)

    monkeypatch.setattr(fetch.subprocess, "run", run)
    monkeypatch.setattr(fetch, "FETCHED", PINNED)
    monkeypatch.setattr(fetch, "_SHA256", hashlib.sha256(state.bytes).hexdigest())
    return state


def test_writes_only_the_pinned_members_and_only_once(pip: SimpleNamespace, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "samples"
    assert fetch_samples(folder) == folder
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == DATA
    fetch_samples(folder)
    assert len(pip.calls) == 1
    assert "--no-deps" in pip.calls[0]


def test_a_damaged_photograph_is_replaced(pip: SimpleNamespace, tmp_path: Path) -> None:
    fetch_samples(tmp_path)
    (tmp_path / "b.jpg").write_bytes(b"sec")
    fetch_samples(tmp_path)
    assert (tmp_path / "b.jpg").read_bytes() == b"second"
    assert len(pip.calls) == 2


def test_offline(pip: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pip.returncode, pip.stderr = 1, "WARNING: retrying\nERROR: No matching distribution found\n"
    with pytest.raises(DataError, match=r"No matching distribution found\. Go online"):
        fetch_samples(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert samples.main([str(tmp_path)]) == 1
    assert "error: face-recognition 1.3.0" in capsys.readouterr().err


def test_slow_network(
    pip: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: list[str], timeout: float, **_: object) -> None:
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(fetch.subprocess, "run", run)
    with pytest.raises(DataError, match="did not finish within 600 s"):
        fetch_samples(tmp_path)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (archive({"a.jpg": b"first"}), "b.jpg: not in the source distribution"),
        (archive({"a.jpg": b"first", "b.jpg": b"sec"}), "expected 6 bytes, got 3"),
        (archive({"a.jpg": b"first", "b.jpg": b"secone"}), "another SHA-256"),
        (archive(DATA, link=True), "a.jpg: differs from the pinned"),
    ],
)
def test_a_changed_archive_is_refused(
    pip: SimpleNamespace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    data: bytes,
    message: str,
) -> None:
    pip.bytes = data
    with pytest.raises(DataError, match="SHA-256 differs from the pinned one"):
        fetch_samples(tmp_path)
    monkeypatch.setattr(fetch, "_SHA256", hashlib.sha256(data).hexdigest())
    with pytest.raises(DataError, match=message):
        fetch_samples(tmp_path)
    assert not (tmp_path / "b.jpg").exists()


def test_a_folder_that_cannot_be_made(pip: SimpleNamespace, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="Set FACEMETRIC_SAMPLES"):
        fetch_samples(tmp_path / "file" / "samples")


def test_command_line(
    pip: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert samples.main([str(tmp_path)]) == 0
    assert "Grace Hopper" in capsys.readouterr().out
    assert samples.main(["--help"]) == 2
    assert "usage" in capsys.readouterr().err
