"""Losses, miners and backbones of the user's own, for commands that build networks."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from facemetric.errors import InputError, SourceError

OwnCode = Annotated[
    list[Path] | None,
    typer.Option(
        "--import",
        metavar="FILE.py",
        help="Run this Python file first: your own losses, miners, backbones. Several if wanted.",
    ),
]


def run_own_code(files: Sequence[Path] | None) -> None:
    """Run files as modules named like them, in their order.

    Raises
    ------
    SourceError
        There is no such file.
    InputError
        It is no Python file, has the name of a module that is there, or does not run.
    """
    for path in files or ():
        if not path.is_file():
            raise SourceError("no such file", item=str(path), fix="Check --import")
        name = path.stem
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise InputError("expected a Python file (.py)", item=str(path))
        if name in sys.modules:
            raise InputError(f"there is a module {name!r} already", item=str(path), fix="Rename it")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # Where dataclasses and pickles look for what it defines.
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            del sys.modules[name]
            raise InputError(
                f"does not run: {type(error).__name__}: {error}", item=str(path)
            ) from error
