"""The reference of Python shows every public package, and all of it."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import facemetric

PAGES = sorted((Path(__file__).parents[2] / "docs" / "reference" / "python").glob("*.md"))
SHOWN = {
    name
    for page in PAGES
    for name in re.findall(r"^::: (\S+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
}
TRAINING = ("checkpoints", "distributed", "export", "logs", "recipe", "sweep")
EVALUATION = (
    "calibration",
    "intervals",
    "leakage",
    "metrics",
    "parts",
    "report",
    "slices",
    "studies",
)
PACKAGES = [
    *(
        f"facemetric.{name}"
        for name in (
            "backbones",
            "bundle",
            "client",
            "cluster",
            "datasets",
            "decide",
            "embed",
            "jobs",
            "losses",
            "miners",
            "report",
            "samplers",
            "service",
            "vault",
        )
    ),
    *(f"facemetric.datasets.{name}" for name in ("augmentation", "chips", "shards")),
    *(f"facemetric.evaluation.{name}" for name in EVALUATION),
    "facemetric.evaluation",
    *(f"facemetric.training.{name}" for name in TRAINING),
]


def test_there_are_pages() -> None:
    assert len(PAGES) >= 10
    assert len(SHOWN) >= 30


def test_the_packages_of_evaluation_are_all_looked_at() -> None:
    folders = importlib.import_module("facemetric.evaluation").__path__
    below = {module.name for module in pkgutil.iter_modules(folders) if module.ispkg}
    # Protocols are shown as the functions that make their tasks.
    assert {f"facemetric.evaluation.{name}" for name in below - {"protocols"}} <= {*PACKAGES}


def test_the_packages_of_training_are_all_looked_at() -> None:
    folders = importlib.import_module("facemetric.training").__path__
    assert {module.name for module in pkgutil.iter_modules(folders) if module.ispkg} == {*TRAINING}


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_is_shown_whole(name: str) -> None:
    package = importlib.import_module(name)
    assert name in SHOWN
    # The generator takes a name that is also a module for the module, and leaves it out.
    homes = {one: getattr(getattr(package, one), "__module__", "") for one in package.__all__}
    hidden = {f"{home}.{one}" for one, home in homes.items() if home.endswith(f".{one}")}
    assert hidden <= SHOWN, hidden - SHOWN


def test_every_shown_name_exists() -> None:
    for name in sorted(SHOWN):
        found: object = facemetric
        for number, part in enumerate(name.split(".")[1:], start=2):
            try:
                found = importlib.import_module(".".join(name.split(".")[:number]))
            except ModuleNotFoundError:
                found = getattr(found, part)
        assert found is not None
