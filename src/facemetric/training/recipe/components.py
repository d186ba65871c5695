"""The options of named components, checked against what their classes take."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

from pydantic import ConfigDict, ValidationError, create_model

from facemetric.backbones import BACKBONES, build_backbone
from facemetric.datasets.augmentation import Augmentation
from facemetric.errors import UnknownNameError
from facemetric.evaluation import PROTOCOLS
from facemetric.losses import MARGINS, TUPLE_LOSSES
from facemetric.miners import MINERS, PAIR_MINERS
from facemetric.registry import Registry, suggest
from facemetric.samplers import SAMPLERS

GIVEN = frozenset({"classes", "dim", "size_px", "generator", "seed"})
"""Options that the trainer gives, never a recipe."""
_CONFIG = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


def component_problems(document: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the names and options of components, each with its place."""
    problems: list[str] = []
    sampling = document.get("sampling", {})
    if isinstance(sampling, dict):
        options = _without(sampling, "name")
        problems += _check("sampling", SAMPLERS, str(sampling.get("name", "shuffle")), options)
    network = document.get("network")
    if isinstance(network, dict) and "backbone" in network:
        name = str(network["backbone"])
        options = _without(network, "backbone", "dim", "input_px")
        known = name in BACKBONES
        problems += (
            option_problems(build_backbone, options, "network")
            if known
            else _check("network", BACKBONES, name, options)
        )
    terms = document.get("loss")
    for number, term in enumerate(terms if isinstance(terms, list) else []):
        if isinstance(term, dict):
            problems += _loss_problems(term, f"loss.{number}")
    augmentation = document.get("augmentation")
    if isinstance(augmentation, dict):
        problems += option_problems(Augmentation, augmentation, "augmentation")
    asked = document.get("evaluate")
    for number, one in enumerate(asked if isinstance(asked, list) else []):
        name = one.get("protocol", "lfw") if isinstance(one, dict) else "lfw"
        if name not in PROTOCOLS:
            said = suggest(str(name), PROTOCOLS)
            problems.append(f"evaluate.{number}.protocol: no such protocol {name!r}. {said}")
    return problems


def _check(place: str, registry: Registry[Any], name: str, options: Mapping[str, Any]) -> list[str]:
    if name not in registry:
        return [f"{place}: no such {registry.kind} {name!r}. {suggest(name, registry)}"]
    return option_problems(registry[name], options, place)


def option_problems(build: Callable[..., Any], options: Mapping[str, Any], place: str) -> list[str]:
    """Return which options a builder does not take, or not with these values."""
    model = _model(build)
    try:
        model(**options)
    except ValidationError as error:
        known = ", ".join(sorted(model.model_fields)) or "none"
        return [
            f"{place}.{'.'.join(map(str, one['loc']))}: "
            + (
                f"no such option. Known: {known}"
                if one["type"] == "extra_forbidden"
                else ("needed, and not given" if one["type"] == "missing" else one["msg"])
            )
            for one in error.errors()
        ]
    return []


def _model(build: Callable[..., Any]) -> Any:
    function = build.__init__ if inspect.isclass(build) else build
    hints = get_type_hints(function)
    fields: dict[str, Any] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name in GIVEN or parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            continue
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        fields[name] = (hints.get(name, Any), default)
    return create_model(f"{build.__name__}Options", __config__=_CONFIG, **fields)


def _loss_problems(term: Mapping[str, Any], place: str) -> list[str]:
    name = str(term.get("name", ""))
    if not name:
        return []  # the schema says so
    try:
        build = loss_class(name)
    except UnknownNameError as error:
        return [f"{place}: {error.cause} {name!r}. {error.fix}"]
    problems = option_problems(build, _without(term, "name", "weight", "miner"), place)
    miner = term.get("miner")
    named = isinstance(miner, dict) and "name" in miner
    registry = _miners_of(build)
    if registry is None and miner is not None:
        problems.append(f"{place}.miner: {name!r} takes no miner")
    if registry is not None and not named:
        known = ", ".join(registry)
        problems.append(f"{place}.miner: {name!r} needs a {registry.kind}. Known: {known}")
    if registry is not None and named:
        assert isinstance(miner, dict)
        options = _without(miner, "name")
        problems += _check(f"{place}.miner", registry, str(miner["name"]), options)
    return problems


def _miners_of(build: type[Any]) -> Registry[Any] | None:
    needs = getattr(build, "needs", ())
    if "triplets" in needs:
        return MINERS
    return PAIR_MINERS if "pairs" in needs else None


def loss_class(name: str) -> type[Any]:
    """Return the class of a loss of either family; UnknownNameError where there is none."""
    if name in MARGINS:
        return MARGINS[name]
    if name in TUPLE_LOSSES:
        return TUPLE_LOSSES[name]
    raise UnknownNameError("no such loss", item=name, fix=suggest(name, [*MARGINS, *TUPLE_LOSSES]))


def _without(table: Mapping[str, Any], *known: str) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key not in known}
