"""``python -m facemetric.cli.reference``: the command line's reference page, in Markdown.

It is made from the commands' signatures, so that it does not change with typer's rendering.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from typer import Typer
from typer.models import ArgumentInfo, OptionInfo

from facemetric.cli.app import app
from facemetric.cli.options import EXIT_CODES


def reference() -> str:
    """Return the page: every command with its arguments and options."""
    parts = [
        "# Command line",
        "Made from the program itself by `python -m facemetric.cli.reference`; do not edit.",
        EXIT_CODES,
        "With `--json` a command prints one document, which names its schema; "
        "[JSON output](json.md) lists them.",
    ]
    for path, function in commands(app, ("facemetric",)):
        text, _, example = (inspect.getdoc(function) or "").partition("Example: ")
        parts.append(f"## {' '.join(path)}")
        parts.append(" ".join(text.split()))
        parts.append(f"```sh\n{' '.join(example.split())}\n```")
        parts.append("| argument or option | meaning |\n|---|---|\n" + "\n".join(_rows(function)))
    return "\n\n".join(parts) + "\n"


def commands(
    node: Typer, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Callable[..., Any]]]:
    """Yield every command's words and its function."""
    for command in node.registered_commands:
        assert command.callback is not None
        yield (*path, command.name or command.callback.__name__), command.callback
    for group in node.registered_groups:
        assert group.typer_instance is not None
        yield from commands(group.typer_instance, (*path, str(group.name)))


def _rows(function: Callable[..., Any]) -> Iterator[str]:
    hints = get_type_hints(function, include_extras=True)
    for name, parameter in inspect.signature(function).parameters.items():
        kind, info = get_args(hints[name])
        if isinstance(info, ArgumentInfo):
            label = info.metavar or name.upper()
        else:
            label = _option_label(name, kind, info)
        meaning = " ".join((info.help or "").split()).replace("|", "\\|")
        choices = _choices(kind)
        if choices:
            meaning += f" One of {', '.join(choices)}."
        default = parameter.default
        if default is not inspect.Parameter.empty and not isinstance(default, bool | None):
            shown = default.value if isinstance(default, Enum) else default
            meaning += f" Default: `{shown}`."
        yield f"| `{label}` | {meaning} |"


def _option_label(name: str, kind: Any, info: OptionInfo) -> str:
    # In an annotation, typer keeps the first name where a default would stand.
    names = [one for one in (info.default, *(info.param_decls or ())) if isinstance(one, str)]
    label = ", ".join(names) or "--" + name.replace("_", "-")
    plain = _plain_types(kind)[0]
    if plain is bool:
        return label
    usual = {int: "N", float: "NUMBER", Path: "PATH", str: "TEXT"}.get(plain, name.upper())
    return f"{label} {info.metavar or usual}"


def _choices(kind: Any) -> list[str]:
    plain = _plain_types(kind)[0]
    is_enum = isinstance(plain, type) and issubclass(plain, Enum)
    return [str(member.value) for member in plain] if is_enum else []


def _plain_types(kind: Any) -> list[Any]:
    if get_origin(kind) is UnionType:
        return [one for one in get_args(kind) if one is not type(None)]
    return [kind]


if __name__ == "__main__":
    print(reference(), end="")
