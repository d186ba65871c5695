"""Batches: what is in them depends on seed, epoch, rows and turns alone."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from facemetric.datasets.augmentation import Augmentation
from facemetric.datasets.chips import ChipSource, DecodedChips, open_chips, read_chip
from facemetric.errors import DataError
from facemetric.training.loader import Batch, ChipBatches, load_batches, turns_of
from layouts.tiny_run import write_people

ROWS = [np.array([3, 0, 7]), np.array([1, 11, 4]), np.array([5, 6])]


@pytest.fixture
def source(tmp_path: Path) -> ChipSource:
    return open_chips(write_people(tmp_path, people=3, images=4))


def batches(source: ChipSource, *, epoch: int = 0, start: int = 0) -> ChipBatches:
    return ChipBatches(
        source,
        ROWS[start:],
        turns_of(ROWS)[start:],
        augmentation=Augmentation(flip=0.5, crop_px=3, brightness=0.3),
        chip_px=(32, 32),
        seed=5,
        epoch=epoch,
    )


def pixels_of(made: ChipBatches, workers: int = 0) -> list[torch.Tensor]:
    return [batch.pixels for batch in load_batches(made, workers=workers)]


def test_a_batch_has_its_rows_and_classes(source: ChipSource) -> None:
    plain = ChipBatches(
        source, ROWS, turns_of(ROWS), augmentation=None, chip_px=(32, 32), seed=0, epoch=0
    )
    for batch, rows in zip(load_batches(plain), ROWS, strict=True):
        assert batch.rows.tolist() == rows.tolist()
        assert batch.labels.tolist() == source.labels[rows].tolist()
        expected = np.stack([read_chip(source, int(row)) for row in rows])
        np.testing.assert_array_equal(batch.pixels.numpy(), expected)


def test_memory_and_processes_change_nothing(source: ChipSource) -> None:
    first = pixels_of(batches(source))
    for other in (
        pixels_of(batches(DecodedChips(source))),
        pixels_of(batches(source), workers=2),
    ):
        assert all(torch.equal(a, b) for a, b in zip(first, other, strict=True))


def test_the_rest_of_an_epoch_is_the_rest_of_the_whole(source: ChipSource) -> None:
    whole, rest = pixels_of(batches(source)), pixels_of(batches(source, start=1))
    assert all(torch.equal(a, b) for a, b in zip(whole[1:], rest, strict=True))


def test_a_chip_that_comes_twice_is_changed_in_two_ways(source: ChipSource) -> None:
    def first(rows: list[list[int]]) -> list[torch.Tensor]:
        arrays = [np.array(some) for some in rows]
        changes = Augmentation(flip=0.5, crop_px=3, brightness=0.3)
        made = ChipBatches(
            source,
            arrays,
            turns_of(arrays),
            augmentation=changes,
            chip_px=(32, 32),
            seed=5,
            epoch=0,
        )
        return list(torch.cat(pixels_of(made)))

    once = first([[3], [0]])
    again = first([[3, 3], [0, 3]])
    assert torch.equal(again[0], once[0]) and torch.equal(again[2], once[1])
    assert not torch.equal(again[1], again[0]) and not torch.equal(again[3], again[0])
    assert not torch.equal(again[3], again[1])


@given(st.lists(st.lists(st.integers(0, 5), max_size=6), max_size=5))
def test_turns_count_what_came_before(rows: list[list[int]]) -> None:
    seen: list[int] = []
    expected = []
    for batch in rows:
        expected.append([])
        for row in batch:
            expected[-1].append(seen.count(row))
            seen.append(row)
    found = turns_of([np.array(batch, np.int64) for batch in rows])
    assert [turns.tolist() for turns in found] == expected


def test_another_epoch_has_other_pictures(source: ChipSource) -> None:
    first, second = pixels_of(batches(source)), pixels_of(batches(source, epoch=1))
    assert not any(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_a_chip_of_another_size_is_named(source: ChipSource) -> None:
    wrong = ChipBatches(
        source, ROWS, turns_of(ROWS), augmentation=None, chip_px=(16, 32), seed=0, epoch=0
    )
    with pytest.raises(DataError, match=r"person-00/03\.png: expected 32 × 16"):
        list(load_batches(wrong))


def test_no_batches_are_none(source: ChipSource) -> None:
    assert (
        list(
            load_batches(
                ChipBatches(source, [], [], augmentation=None, chip_px=(32, 32), seed=0, epoch=0)
            )
        )
        == []
    )


class Groups(ChipBatches):
    """Batches that say in which group of processes they were made."""

    def __getitem__(self, number: int) -> Batch:
        group = torch.tensor([os.getpgid(0)])
        return Batch(group, group, group)


def test_a_signal_for_the_whole_group_leaves_workers_at_work(source: ChipSource) -> None:
    made = Groups(
        source, ROWS, turns_of(ROWS), augmentation=None, chip_px=(32, 32), seed=0, epoch=0
    )
    assert all(int(batch.rows) != os.getpgid(0) for batch in load_batches(made, workers=1))
