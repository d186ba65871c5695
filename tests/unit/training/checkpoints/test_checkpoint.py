from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.distributed import checkpoint as dcp

from facemetric.errors import CheckpointError, InputError
from facemetric.training.checkpoints import load_checkpoint, read_checkpoint, save_checkpoint
from facemetric.training.checkpoints.planner import ShardLoadPlanner, ShardSavePlanner
from facemetric.training.checkpoints.storage import SafetensorsReader, SafetensorsWriter
from facemetric.training.distributed import Ranks, Shard

ALONE = Ranks()
TENSORS = {
    "weights": torch.arange(24.0).reshape(2, 3, 4),
    "half": torch.linspace(0, 1, 7, dtype=torch.bfloat16),
    "count": torch.tensor(5),
    "mask": torch.tensor([True, False]),
    "none": torch.empty(0, 3),
    "last": torch.randn(2, 3, 4, 4).to(memory_format=torch.channels_last),
    "across": torch.arange(6.0).reshape(2, 3).t(),
}


def empty_like(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: torch.zeros_like(value) for name, value in tensors.items()}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    folder = tmp_path / "run" / "one"
    save_checkpoint(
        folder, TENSORS, {"step": 7, "loss": 0.1}, ranks=ALONE, recipe={"loss": {"scale": 64.0}}
    )
    return folder


def test_tensors_and_state_come_back_as_they_were(saved: Path) -> None:
    into = empty_like(TENSORS)
    assert load_checkpoint(saved, into, ranks=ALONE) == {"step": 7, "loss": 0.1}
    for name, value in TENSORS.items():
        assert into[name].equal(value), name
        assert into[name].stride() == value.stride()


def test_nothing_but_json_and_safetensors_is_written(saved: Path) -> None:
    names = sorted(path.name for path in saved.iterdir())
    assert names == ["checkpoint.json", "tensors-00001-of-00001.safetensors"]
    assert sorted(path.name for path in saved.parent.iterdir()) == ["one"]
    json.loads((saved / "checkpoint.json").read_text())


def test_torchs_own_reader_reads_the_tensors(saved: Path) -> None:
    wanted = {name: TENSORS[name] for name in ("weights", "half", "across")}
    into = empty_like(wanted)
    with pytest.warns(UserWarning, match="disabled"):
        dcp.load(into, storage_reader=dcp.HuggingFaceStorageReader(str(saved)), no_dist=True)
    for name, value in wanted.items():
        assert into[name].equal(value), name


def test_what_is_there_can_be_asked_without_reading_it(saved: Path) -> None:
    manifest = read_checkpoint(saved)
    assert manifest.tensors["half"].dtype == "bfloat16"
    assert manifest.tensors["weights"].shape == [2, 3, 4]
    assert manifest.state["step"] == 7


def test_a_part_can_be_loaded(saved: Path) -> None:
    count = torch.tensor(0)
    load_checkpoint(saved, {"count": count}, ranks=ALONE)
    assert count == 5


def test_an_older_one_of_that_name_is_replaced(saved: Path) -> None:
    save_checkpoint(saved, {"count": torch.tensor(6)}, {}, ranks=ALONE)
    assert list(read_checkpoint(saved).tensors) == ["count"]
    assert [path.name for path in saved.parent.iterdir()] == ["one"]


def test_what_a_killed_process_left_is_cleared(saved: Path) -> None:
    left = saved.parent / ".one.partial"
    left.mkdir()
    (left / "tensors-00004-of-00004.safetensors").write_bytes(b"half")
    save_checkpoint(saved, TENSORS, {}, ranks=ALONE)
    assert not left.exists()
    assert len(list(saved.iterdir())) == 2


def test_tensors_that_share_memory_are_saved_each(tmp_path: Path) -> None:
    whole = torch.arange(6.0).reshape(3, 2)
    both = {"whole": whole, "part": whole[1:], "again": whole}
    save_checkpoint(tmp_path / "one", both, {}, ranks=ALONE)
    into = empty_like(both)
    load_checkpoint(tmp_path / "one", into, ranks=ALONE)
    assert into["again"].equal(whole)
    assert into["part"].equal(whole[1:])


@pytest.mark.parametrize("state", [{"loss": math.nan}, {"rows": torch.zeros(2)}])
def test_a_state_that_json_cannot_hold_is_refused(saved: Path, state: dict[str, object]) -> None:
    with pytest.raises(InputError, match="state: must hold what JSON can"):
        save_checkpoint(saved, TENSORS, state, ranks=ALONE)
    assert read_checkpoint(saved).state["step"] == 7


@pytest.mark.parametrize(
    ("into", "message"),
    [
        ({"weigths": torch.zeros(2)}, "holds no tensor weigths; it holds across, count, half"),
        ({"weights": torch.zeros(2, 3)}, r"wanted float32 \(2, 3\), .* float32 \(2, 3, 4\)"),
        ({"count": torch.tensor(1.0)}, r"wanted float32 \(\), the checkpoint holds int64 \(\)"),
        ({"weights": Shard(torch.zeros(1, 3, 4), 2, 3)}, r"wanted float32 \(3, 3, 4\)"),
    ],
)
def test_tensors_that_do_not_fit_are_named(
    saved: Path, into: dict[str, torch.Tensor | Shard], message: str
) -> None:
    with pytest.raises(CheckpointError, match=message):
        load_checkpoint(saved, into, ranks=ALONE)


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        ({"loss": {"scale": 32.0}}, "loss.scale was 64.0 and is 32.0"),
        ({"loss": {"scale": 64.0, "margin_rad": 0.5}}, "loss.margin_rad was None and is 0.5"),
    ],
)
def test_another_recipe_is_refused(saved: Path, recipe: dict[str, object], message: str) -> None:
    with pytest.raises(CheckpointError, match=message):
        load_checkpoint(saved, {}, ranks=ALONE, recipe=recipe)
    load_checkpoint(saved, {}, ranks=ALONE, recipe={"loss": {"scale": 64.0}})


def test_a_folder_that_is_no_checkpoint_is_told(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"no checkpoint: checkpoint\.json is missing"):
        load_checkpoint(tmp_path, {}, ranks=ALONE)


def test_a_later_format_is_told(saved: Path) -> None:
    path = saved / "checkpoint.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 2'))
    with pytest.raises(CheckpointError, match="wanted format 1, got 2"):
        read_checkpoint(saved)


@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_a_damaged_byte_anywhere_is_found_before_a_tensor_changes(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damaged") / "one"
    save_checkpoint(folder, TENSORS, {"step": 7}, ranks=ALONE)
    path = data.draw(st.sampled_from(sorted(folder.iterdir())))
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    kind = data.draw(st.sampled_from(["flip", "cut", "lost"]))
    if kind == "flip":
        content[place] ^= 1 << data.draw(st.integers(0, 7))
        path.write_bytes(content)
    elif kind == "cut":
        path.write_bytes(content[:place])
    else:
        path.unlink()
    into = empty_like(TENSORS)
    try:
        state = load_checkpoint(folder, into, ranks=ALONE)
    except CheckpointError:
        assert not any(value.any() for value in into.values())
    else:  # White space in the JSON.
        assert path.suffix == ".json"
        assert state == {"step": 7}
        assert into["weights"].equal(TENSORS["weights"])


def write_as(world: int, folder: Path, whole: torch.Tensor, cuts: list[int]) -> None:
    """Do in one process what ``world`` processes do to save a tensor in shards."""
    planners, writers, plans = [], [], []
    for rank in range(world):
        first, last = cuts[rank], cuts[rank + 1]
        planner = ShardSavePlanner()
        planner.set_up_planner(
            {"rows": Shard(whole[first:last], first, len(whole)), "same": whole}, None, rank == 0
        )
        writer = SafetensorsWriter(folder, rank=rank, world=world, state={}, recipe=None)
        writer.set_up_storage_writer(rank == 0)
        planners.append(planner)
        writers.append(writer)
        plans.append(planner.create_local_plan())
    shared, metadata = planners[0].create_global_plan(plans)
    results = [
        writer.write_data(planner.finish_plan(plan), planner).value()
        for writer, planner, plan in zip(writers, planners, shared, strict=True)
    ]
    writers[0].finish(metadata, results)


def read_as(world: int, folder: Path, rows: int, cuts: list[int]) -> list[torch.Tensor]:
    """Do in one process what ``world`` processes do to load it."""
    manifest, parts = read_checkpoint(folder), []
    for rank in range(world):
        part = torch.zeros(cuts[rank + 1] - cuts[rank], 2)
        planner = ShardLoadPlanner(folder)
        reader = SafetensorsReader(folder, manifest, rank=rank, world=world)
        planner.set_up_planner({"rows": Shard(part, cuts[rank], rows)}, reader.read_metadata())
        reader.read_data(reader.prepare_local_plan(planner.create_local_plan()), planner)
        parts.append(part)
    return parts


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_any_shards_become_any_others(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    rows = data.draw(st.integers(1, 12))
    whole = torch.arange(2.0 * rows).reshape(rows, 2)
    folder = tmp_path_factory.mktemp("shards") / "one"

    def cuts() -> list[int]:
        inner = data.draw(st.lists(st.integers(0, rows), max_size=4))
        return [0, *sorted(inner), rows]

    written, read = cuts(), cuts()
    write_as(len(written) - 1, folder, whole, written)
    assert torch.cat(read_as(len(read) - 1, folder, rows, read)).equal(whole)
    # A tensor that all have is written once.
    assert len(read_checkpoint(folder).tensors["same"].chunks) == 1


@pytest.mark.parametrize("cuts", [[0, 3, 5], [0, 6, 4]])
def test_shards_must_cover_the_whole_once(tmp_path: Path, cuts: list[int]) -> None:
    whole = torch.zeros(6, 2)
    planners = []
    for rank, (first, last) in enumerate([(0, cuts[1]), (min(cuts[1], 4), max(cuts[1:]))]):
        planner = ShardSavePlanner()
        planner.set_up_planner({"rows": Shard(whole[first:last], first, 6)}, None, rank == 0)
        planners.append(planner)
    with pytest.raises(ValueError, match="rows"):
        planners[0].create_global_plan([planner.create_local_plan() for planner in planners])


def test_a_full_disk_is_a_checkpoint_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CheckpointError, match="process 0 failed: NotADirectoryError"):
        save_checkpoint(tmp_path / "file" / "one", TENSORS, {}, ranks=ALONE)
