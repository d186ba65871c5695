"""Recipes: everything wrong at once, values put in, parents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from facemetric.errors import InputError, SourceError
from facemetric.training.recipe import (
    Recipe,
    RecipeError,
    apply_overrides,
    merged,
    parse_recipe,
    read_recipe,
)
from layouts.tiny_run import tiny_recipe

TOML = """
name = "one"
[data]
train = ["chips"]
[sampling]
batch_size = 8
[network]
backbone = "sphereface-4"
[[loss]]
name = "arcface"
scale = 32.0
[run]
epochs = 2
"""


def test_a_recipe_is_read_and_survives_json(tmp_path: Path) -> None:
    path = tmp_path / "one.toml"
    path.write_text(TOML)
    recipe = read_recipe(
        path, ["optimiser.lr=0.05", "loss.0.margin_rad=0.4", "run.precision=bfloat16"]
    )
    assert recipe.optimiser.lr == 0.05
    assert recipe.loss[0].options == {"scale": 32.0, "margin_rad": 0.4}
    assert recipe.run.precision == "bfloat16"
    assert parse_recipe(json.loads(recipe.model_dump_json())) == recipe


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "one.toml"
    path.write_text(
        TOML.replace("epochs = 2", "epochs = 0").replace('"sphereface-4"', '"sphereface-5"')
    )
    wrong = ["loss.0.margin=0.4", "sampling.batch=9", "optimiser.rl=1", "augmentation.flop=0.5"]
    with pytest.raises(InputError) as caught:
        read_recipe(path, wrong)
    text = str(caught.value)
    assert "6 mistakes" in text
    assert "data.train" not in text
    for part in (
        "run.epochs: Input should be greater than or equal to 1",
        "Did you mean 'sphereface-4'?",
        "loss.0.margin: no such option. Known: easy_margin, margin_rad, scale",
        "sampling.batch: no such option",
        "optimiser.rl: no such key. Known: accumulate, betas,",
        "augmentation.flop: no such option",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        ({"name": "arcfac"}, "Did you mean 'arcface'?"),
        ({"name": "triplet"}, "'triplet' needs a miner"),
        ({"name": "contrastive", "miner": {"name": "semi-hard"}}, "no such pair miner"),
        ({"name": "arcface", "miner": {"name": "semi-hard"}}, "takes no miner"),
        ({"name": "triplet", "miner": {"name": "semi-hard", "margn": 1}}, "miner.margn: no such"),
    ],
)
def test_losses_and_miners_must_fit(loss: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse_recipe(tiny_recipe(Path("x"), loss=[loss]))


def test_a_parent_gives_what_the_child_leaves_out(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(TOML)
    child = tmp_path / "child.toml"
    child.write_text('extends = "base.toml"\nname = "two"\n[run]\nprecision = "bfloat16"\n')
    recipe = read_recipe(child)
    assert (recipe.name, recipe.run.epochs, recipe.run.precision) == ("two", 2, "bfloat16")


def test_a_circle_of_parents_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "one.toml"
    path.write_text('extends = "one.toml"\n' + TOML)
    with pytest.raises(InputError, match="without a circle"):
        read_recipe(path)


def test_what_is_no_recipe_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.toml"):
        read_recipe(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("name = ")
    with pytest.raises(InputError, match="no TOML"):
        read_recipe(tmp_path / "bad.toml")


@pytest.mark.parametrize(
    ("override", "said"),
    [("lr", "expected key=value"), ("loss.3.scale=1", "0 to 0"), ("name.x=1", "a single value")],
)
def test_an_override_must_lead_somewhere(override: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        apply_overrides({"name": "a", "loss": [{}]}, [override])


def test_overrides_do_not_change_their_source() -> None:
    source = {"a": {"b": [1, 2]}, "c": "x"}
    changed = apply_overrides(source, ["a.b.1=[3]", "d.e=true", "c=half open["])
    assert changed == {"a": {"b": [1, [3]]}, "c": "half open[", "d": {"e": True}}
    assert source == {"a": {"b": [1, 2]}, "c": "x"}


def test_merging_goes_into_tables_and_replaces_lists() -> None:
    base = {"a": {"x": 1, "y": 2}, "l": [1, 2]}
    assert merged(base, {"a": {"y": 3}, "l": [4]}) == {"a": {"x": 1, "y": 3}, "l": [4]}


def test_another_component_takes_none_of_the_options() -> None:
    base = {"sampling": {"name": "shuffle", "batch_size": 8}}
    other = {"sampling": {"name": "p-k", "people": 2}}
    assert merged(base, other) == other
    same = merged(base, {"sampling": {"name": "shuffle", "drop_last": False}})
    assert same["sampling"] == {"name": "shuffle", "batch_size": 8, "drop_last": False}


def test_milestones_belong_to_steps() -> None:
    with pytest.raises(InputError, match="milestones belong"):
        parse_recipe(tiny_recipe(Path("x"), schedule={"name": "cosine", "milestones": [1]}))
    with pytest.raises(InputError, match="needs milestones"):
        parse_recipe(tiny_recipe(Path("x"), schedule={"name": "step"}))
    assert Recipe.model_validate(tiny_recipe(Path("x"))).schedule.warmup_epochs == 0.5


def test_mistakes_are_said_in_the_recipe_s_own_words() -> None:
    document = {
        "nam": "x",
        "data": {"train": "chips", "split": {"knd": "random", "train": 3}},
        "network": {"backbone": "sphereface-4"},
        "loss": [{"name": "arcfase"}],
        "evaluate": [{"protocol": "lwf", "pack": "p", "flp": True}],
        "run": {"epochs": 1},
    }
    with pytest.raises(RecipeError) as caught:
        parse_recipe(document)
    assert set(caught.value.mistakes) == {
        "name: needed, and not given",
        "nam: no such key. Did you mean 'name'?",
        "data.train: expected a list, in brackets",
        "data.split.knd: no such key. Did you mean 'kind'?",
        "sampling.batch_size: needed, and not given",
        "loss.0: no such loss 'arcfase'. Did you mean 'arcface'?",
        "evaluate.0.flp: no such key. Did you mean 'flip'?",
        "evaluate.0.protocol: no such protocol 'lwf'. Did you mean 'lfw'?",
    }
