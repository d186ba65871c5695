from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from facemetric.datasets.chips import read_chip
from facemetric.datasets.shards import ShardSource, ShardWriter
from facemetric.errors import DataError
from facemetric.jobs.packing import PlannedChip, digest_of, pack_chips
from facemetric.types import Face, ItemError

SETTINGS = {"template": "arcface-112", "jpeg_quality": 95}


@pytest.fixture(scope="module")
def chips(tmp_path_factory: pytest.TempPathFactory) -> list[PlannedChip]:
    """Pictures of noise; every third one has a "face"."""
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    box = np.array([20, 10, 80, 90], np.float32)
    points = np.array([[35, 40], [65, 40], [50, 55], [38, 72], [62, 72]], np.float32)
    planned = []
    for number in range(70):
        path = folder / f"{number}.png"
        small = rng.integers(0, 256, (10, 12, 3), np.uint8)
        cv2.imwrite(str(path), cv2.resize(small, (120, 100)))
        planned.append(
            PlannedChip(
                path=path,
                source=f"p{number // 10}/{number}.png",
                person=f"p{number // 10}",
                label=number // 10,
                sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
                face=Face(box, 0.99, points) if number % 3 == 0 else None,
                quality={"size_px": 60.0} if number % 3 == 0 else {},
            )
        )
    return planned


def pack(folder: Path, chips: list[PlannedChip], *, workers: int = 1) -> list[ItemError]:
    writer = ShardWriter(folder, max_bytes=60_000, made_from="x")
    return pack_chips(chips, writer, **SETTINGS, workers=workers)  # type: ignore[arg-type]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.tar"))}


def test_chips_are_packed_in_order(chips: list[PlannedChip], tmp_path: Path) -> None:
    assert pack(tmp_path, chips[:7]) == []
    source = ShardSource(tmp_path)
    assert [source.item(row) for row in range(7)] == [chip.source for chip in chips[:7]]
    assert source.found.tolist() == [True, False, False, True, False, False, True]
    pixels = read_chip(source, 1, size_px=(112, 112))
    # The stand-in is the middle square, half the shorter side wide.
    middle = cv2.imread(str(chips[1].path))[25:75, 35:85, ::-1]
    wanted = cv2.resize(middle, (112, 112), interpolation=cv2.INTER_LINEAR)
    assert np.abs(pixels[8:-8, 8:-8].astype(int) - wanted[8:-8, 8:-8]).mean() < 3


def test_the_number_of_workers_changes_no_byte(chips: list[PlannedChip], tmp_path: Path) -> None:
    pack(tmp_path / "one", chips)
    pack(tmp_path / "two", chips, workers=2)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert len(contents(tmp_path / "one")) > 2


def test_a_photograph_that_fails_is_listed_and_the_rest_goes_on(
    chips: list[PlannedChip], tmp_path: Path
) -> None:
    gone = tmp_path / "gone.png"
    changed = tmp_path / "changed.png"
    changed.write_bytes(chips[4].path.read_bytes() + b"more")
    listed = list(chips[:6])
    for row, path in ((2, gone), (4, changed)):
        chip = listed[row]
        listed[row] = PlannedChip(
            path, chip.source, chip.person, chip.label, chip.sha256, chip.face
        )
    errors = pack(tmp_path / "out", listed)
    assert [error.item for error in errors] == [listed[2].source, listed[4].source]
    assert "has changed" in errors[1].cause
    assert len(ShardSource(tmp_path / "out")) == 4


@pytest.mark.parametrize("stopped_at", [1, 24, 40])
def test_a_stopped_run_goes_on(
    chips: list[PlannedChip],
    tmp_path: Path,
    stopped_at: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failing = list(chips)
    chip = failing[5]
    failing[5] = PlannedChip(
        tmp_path / "gone", chip.source, chip.person, chip.label, chip.sha256, None
    )
    wanted = pack(tmp_path / "whole", failing)

    cut = [0]

    class Stopped(ShardWriter):
        def add(self, chip: object) -> None:
            cut[0] += 1
            if cut[0] > stopped_at:
                raise KeyboardInterrupt
            super().add(chip)  # type: ignore[arg-type]

    with pytest.raises(KeyboardInterrupt):
        pack_chips(
            failing,
            Stopped(tmp_path / "out", max_bytes=60_000, made_from="x"),
            **SETTINGS,  # type: ignore[arg-type]
            workers=1,
        )
    seen: list[int] = []
    writer = ShardWriter(tmp_path / "out", max_bytes=60_000, made_from="x")
    kept = writer.written
    errors = pack_chips(
        failing,
        writer,
        **SETTINGS,  # type: ignore[arg-type]
        workers=1,
        progress=lambda done, total: seen.append(done),
    )
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")
    assert [error.item for error in errors] == [error.item for error in wanted]
    assert seen[0] == (kept + 1 if kept > 5 else kept)
    assert seen[-1] == len(failing)


def test_a_full_disk_says_what_to_do(
    chips: list[PlannedChip], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Iterator[object]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ShardWriter, "add", full)
    with pytest.raises(DataError, match="No space left on device") as caught:
        pack(tmp_path, chips[:1])
    assert "goes on where it stopped" in (caught.value.fix or "")


def test_the_digest_tells_chips_and_settings_apart(chips: list[PlannedChip]) -> None:
    options = {"template": "arcface-112", "jpeg_quality": 95, "shard_bytes": 9}
    digests = {
        digest_of(chips, **options),  # type: ignore[arg-type]
        digest_of(chips[:-1], **options),  # type: ignore[arg-type]
        digest_of(chips[::-1], **options),  # type: ignore[arg-type]
        *(
            digest_of(chips, **{**options, name: value})  # type: ignore[arg-type]
            for name, value in (
                ("template", "dlib-150"),
                ("jpeg_quality", 90),
                ("shard_bytes", 10),
            )
        ),
    }
    assert len(digests) == 6
    assert digest_of(chips, **options) in digests  # type: ignore[arg-type]
