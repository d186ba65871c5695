"""Every metric loss, miner and sampler is exported, documented and used as the page says."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import torch

from facemetric.losses import TUPLE_LOSSES
from facemetric.miners import MINERS, PAIR_MINERS
from facemetric.registry import Registry
from facemetric.samplers import SAMPLERS

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "metric-losses.md"
REGISTRIES: list[Registry[Any]] = [TUPLE_LOSSES, MINERS, PAIR_MINERS, SAMPLERS]
NAMED = [(registry, name) for registry in REGISTRIES for name in registry]


def test_the_registries_are_not_empty() -> None:
    for registry, least in zip(REGISTRIES, (6, 6, 3, 3), strict=True):
        assert len(registry) >= least


@pytest.mark.parametrize(("registry", "name"), NAMED, ids=[name for _, name in NAMED])
def test_each_is_exported_and_documented(registry: Registry[Any], name: str) -> None:
    kind = registry[name]
    package = importlib.import_module(kind.__module__.rpartition(".")[0])
    assert kind.__name__ in package.__all__
    assert kind.__doc__
    assert f"`{name}`" in PAGE.read_text(encoding="utf-8")


def test_the_pages_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {"__name__": "page"}
    exec(compile(example, str(PAGE), "exec"), names)
    assert names["embeddings"].grad.any()
    assert names["mined"].triplets.shape[1] == 3 and len(names["mined"].triplets) > 0
    assert torch.equal(names["rows"].unique(), names["rows"].sort().values)
