"""``python -m facemetric.training.recipe.reference``: the reference of recipes, in Markdown."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from facemetric.backbones import BACKBONES, build_backbone
from facemetric.datasets.augmentation import Augmentation
from facemetric.losses import MARGINS, TUPLE_LOSSES
from facemetric.miners import MINERS, PAIR_MINERS
from facemetric.samplers import SAMPLERS
from facemetric.training.recipe.components import GIVEN
from facemetric.training.recipe.recipe import Recipe

_PLAIN = {str: "text", int: "whole number", float: "number", bool: "true or false", Path: "path"}


def reference() -> str:
    """Return the page: every section with its keys, every component with its options."""
    parts = [
        "# Recipes",
        "Made from the schema itself by `python -m facemetric.training.recipe.reference`; do not "
        "edit. How they are used: [Train](../how-to/train.md). Keys without a default must be "
        "given.",
        "## At the top",
        _table(Recipe, only_values=True),
    ]
    for name, field in Recipe.model_fields.items():
        section = _section(field.annotation)
        if section is None or not section.model_fields:
            continue
        listed = get_origin(field.annotation) is tuple
        parts += [f"## {f'[[{name}]]' if listed else f'[{name}]'}", _text(section), _table(section)]
        for inner, below in section.model_fields.items():
            deeper = _section(below.annotation)
            if deeper is not None:
                parts += [f"### [{name}.{inner}]", _text(deeper), _table(deeper)]
    parts += ["## Components", "Names, and the options that each takes beside its section's keys."]
    parts += ["### Augmentation", _options({"": Augmentation})]
    parts += ["### Samplers", _options({name: SAMPLERS[name] for name in SAMPLERS})]
    names = ", ".join(f"`{name}`" for name in BACKBONES)
    parts += ["### Backbones", f"{names}; all take:", _options({"": build_backbone})]
    parts += ["### Losses with class centres", _options({name: MARGINS[name] for name in MARGINS})]
    tuples = {name: TUPLE_LOSSES[name] for name in TUPLE_LOSSES}
    parts += ["### Losses over pairs, triplets and rows", _options(tuples)]
    parts += ["### Miners of triplets", _options({name: MINERS[name] for name in MINERS})]
    parts += ["### Miners of pairs", _options({name: PAIR_MINERS[name] for name in PAIR_MINERS})]
    return "\n\n".join(parts) + "\n"


def _text(section: type[BaseModel]) -> str:
    return " ".join(inspect.getdoc(section).replace("``", "`").split())  # type: ignore[union-attr]


def _table(section: type[BaseModel], *, only_values: bool = False) -> str:
    rows = [
        f"| `{name}` | {_kind(field.annotation)} | {_default(field)} | {_said(field)} |"
        for name, field in section.model_fields.items()
        if not (only_values and _section(field.annotation) is not None and not field.description)
    ]
    return "| key | value | default | what it is |\n|---|---|---|---|\n" + "\n".join(rows)


def _said(field: FieldInfo) -> str:
    return " ".join((field.description or "").split())


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "–"
    value = field.default
    if value is None or (isinstance(value, BaseModel) or value == ()):
        return "none"
    return f"`{_toml(value)}`"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


def _section(annotation: Any) -> type[BaseModel] | None:
    """Return the section that a field holds, one or a list of them; ``None`` for a value."""
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        found = _section(inner)
        if found is not None:
            return found
    return None


def _kind(annotation: Any) -> str:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(inner[0])
    if origin is Literal:
        return ", ".join(f'`"{value}"`' for value in inner)
    if origin in (Union, types.UnionType):
        return " or ".join(_kind(one) for one in inner if one is not type(None))
    if origin is tuple:
        if len(inner) == 2 and inner[1] is Ellipsis:
            return f"list of {_kind(inner[0])}s"
        return f"[{', '.join(_kind(one) for one in inner)}]"
    if _section(annotation) is not None:
        return "table"
    return _PLAIN.get(annotation, str(getattr(annotation, "__name__", annotation)))


def _options(builders: Mapping[str, Callable[..., Any]]) -> str:
    lines = []
    for name, build in builders.items():
        function = build.__init__ if inspect.isclass(build) else build
        taken = [
            _option(parameter)
            for parameter in inspect.signature(function).parameters.values()
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY and parameter.name not in GIVEN
        ]
        about = (inspect.getdoc(build) or "").splitlines()[0].replace("``", "`")
        said = about.replace(":func:", "")
        listed = ", ".join(taken) or "no options"
        lines.append(f"- **`{name}`**: {said} {listed}" if name else listed)
    return "\n".join(lines)


def _option(parameter: inspect.Parameter) -> str:
    if parameter.default is inspect.Parameter.empty:
        return f"`{parameter.name}` (needed)"
    default = parameter.default
    shown = "none" if default is None else _toml(default)
    return f"`{parameter.name} = {shown}`"


if __name__ == "__main__":
    print(reference(), end="")
