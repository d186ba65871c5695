"""Which master key a command means."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.errors import InputError

if TYPE_CHECKING:
    from facemetric.vault import MasterKey

GALLERY_KEY = "FACEMETRIC_GALLERY_KEY"

KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        metavar="FILE",
        envvar="FACEMETRIC_GALLERY_KEY_FILE",
        help="The master key, from facemetric vault new-key. Without it and --key-command: the "
        "key in FACEMETRIC_GALLERY_KEY, or none.",
        show_default=False,
    ),
]
KeyCommand = Annotated[
    str | None,
    typer.Option(
        "--key-command",
        metavar="COMMAND",
        envvar="FACEMETRIC_GALLERY_KEY_COMMAND",
        help="Run this, without a shell, for the master key: it prints it.",
        show_default=False,
    ),
]


def master_key(file: Path | None, command: str | None) -> MasterKey | None:
    """Return the key that was named, or is in the environment; `None` where there is none."""
    if file is not None and command is not None:
        raise InputError(
            "a key comes from a file or from a command, got both",
            item="--key-file",
            fix="Leave one out, and look whether the environment has the other",
        )
    from facemetric.vault import key_from_command, key_from_environment, key_from_file

    if file is not None:
        return key_from_file(file)
    if command is not None:
        return key_from_command(command)
    return key_from_environment(GALLERY_KEY)
