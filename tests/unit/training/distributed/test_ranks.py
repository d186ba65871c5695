from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import InputError, ProviderError
from facemetric.training.distributed import (
    Ranks,
    Shard,
    all_gather,
    gather_embeddings,
    gathered_rows,
    join_ranks,
)

NAMES = ("RANK", "WORLD_SIZE", "LOCAL_RANK")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_without_torchrun_a_process_is_alone(environment: pytest.MonkeyPatch) -> None:
    with join_ranks() as ranks:
        assert ranks == Ranks(0, 1, torch.device("cpu"), None)
        assert ranks.first
        ranks.barrier()
    assert not torch.distributed.is_initialized()


def test_one_process_of_torchrun_is_alone(environment: pytest.MonkeyPatch) -> None:
    for name, value in zip(NAMES, "010", strict=True):
        environment.setenv(name, value)
    assert join_ranks().group is None


def test_half_an_environment_is_refused(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("RANK", "0")
    with pytest.raises(InputError, match="RANK are set, WORLD_SIZE and LOCAL_RANK not"):
        join_ranks()


@pytest.mark.parametrize(("rank", "message"), [("one", "whole number"), ("2", r"in \[0, 2\)")])
def test_an_impossible_environment_is_refused(
    environment: pytest.MonkeyPatch, rank: str, message: str
) -> None:
    for name, value in zip(NAMES, (rank, "2", "0"), strict=True):
        environment.setenv(name, value)
    with pytest.raises(InputError, match=message):
        join_ranks()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_told(environment: pytest.MonkeyPatch) -> None:
    with pytest.raises(ProviderError, match="wanted GPU 0, and this machine shows 0"):
        join_ranks(device="cuda")


@settings(deadline=None, max_examples=100)
@given(total=st.integers(0, 40), world=st.integers(1, 6), unit=st.integers(1, 8))
def test_rows_are_shared_whole_units_at_a_time(total: int, world: int, unit: int) -> None:
    slices = [Ranks(rank, world).rows(total, unit=unit) for rank in range(world)]
    joined = [row for part in slices for row in range(total)[part]]
    assert joined == list(range(total))
    units = [-(-(part.stop - part.start) // unit) for part in slices]
    assert max(units) - min(units) <= 1
    assert all(part.start % unit == 0 or part.start == total for part in slices)


@settings(deadline=None, max_examples=60)
@given(
    total=st.integers(0, 40),
    world=st.integers(1, 4),
    parts=st.integers(1, 4),
    unit=st.integers(1, 6),
)
def test_a_batch_in_parts_is_the_same_parts_for_any_number_of_processes(
    total: int, world: int, parts: int, unit: int
) -> None:
    alone = Ranks().shares(total, parts=parts, unit=unit)
    shared = Ranks(0, world).shares(total, parts=parts, unit=unit)
    for whole, own in zip(alone, shared, strict=True):
        rows = [row for one in own for row in range(total)[one]]
        assert rows == list(range(total)[whole[0]])
    assert [row for part in alone for row in range(total)[part[0]]] == list(range(total))
    assert len(alone) == min(parts, -(-total // unit))


def test_alone_gathering_gives_the_tensor_itself() -> None:
    local = torch.randn(3, 2, requires_grad=True)
    ranks = Ranks()
    assert gather_embeddings(local, ranks) is local
    assert all_gather(local, ranks) is local
    assert gathered_rows(local, ranks) == [3]


def test_a_shard_must_lie_in_the_whole() -> None:
    with pytest.raises(InputError, match="rows 4 to 7 are not among 6"):
        Shard(torch.zeros(3, 2), 4, 6)
    with pytest.raises(InputError, match="got a scalar"):
        Shard(torch.tensor(1.0), 0, 1)
