"""``facemetric vault``: master keys of encrypted galleries."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from facemetric.cli.options import Json
from facemetric.cli.output import guarded, print_json

app = typer.Typer(help="Make the keys of encrypted galleries, and change them.")


@app.command("new-key")
@guarded
def new_key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Must not be there yet.")],
    json_: Json = False,
) -> None:
    """Write a new master key into a file, for its owner alone. Keep a copy in a safe place.

    Example: facemetric vault new-key master.key
    """
    from facemetric.vault import MasterKey, write_key
    from facemetric.wire import MasterKeyOut

    key = MasterKey.new()
    write_key(file, key)
    if json_:
        print_json(MasterKeyOut(file=str(file), key_id=key.id))
        return
    print(f"{file}: key {key.id}")
    print("Keep a copy elsewhere: what is encrypted with a lost key is lost.")
