"""``facemetric vault``: master keys of encrypted galleries."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from facemetric.cli.keys import KeyCommand, KeyFile, master_key
from facemetric.cli.options import GalleryAddress, Json
from facemetric.cli.output import guarded, print_json
from facemetric.errors import GalleryError, InputError

app = typer.Typer(help="Make the keys of encrypted galleries, and change them.")

NewKeyFile = Annotated[
    Path | None,
    typer.Option("--new-key-file", metavar="FILE", help="The new master key."),
]
NewKeyCommand = Annotated[
    str | None,
    typer.Option("--new-key-command", metavar="COMMAND", help="Run this for the new master key."),
]


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


@app.command()
@guarded
def rotate(
    gallery: GalleryAddress = None,
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    new_key_file: NewKeyFile = None,
    new_key_command: NewKeyCommand = None,
    json_: Json = False,
) -> None:
    """Let a new master key open an encrypted gallery, and the old one no longer.

    One row is wrapped anew: it takes no longer for a million people. Copies that were made before
    still open with the old key; for a new data key too, copy the gallery into a new one.

    Example: facemetric vault rotate --gallery people.db --key-file old.key --new-key-file new.key
    """
    from facemetric.cli.galleries import gallery_address, open_existing, shown_address
    from facemetric.gallery import SqliteGallery
    from facemetric.gallery.rules import purge_command
    from facemetric.wire import RotateOut

    old = master_key(key_file, key_command)
    if new_key_file is None and new_key_command is None:
        raise InputError("which key is the new one?", item="--new-key-file", fix="Name it")
    new = master_key(new_key_file, new_key_command)
    address = shown_address(gallery_address(gallery))
    with open_existing(gallery, key=old) as opened:
        if not isinstance(opened, SqliteGallery) or old is None or new is None:
            raise GalleryError("is not encrypted", item=address, fix="There is no key to change")
        purged = opened.change_key(old, new)
    if json_:
        print_json(RotateOut(gallery=address, old_key_id=old.id, key_id=new.id, purged=purged))
        return
    print(f"{address}: encrypted with the key {new.id}, no longer with {old.id}")
    if not purged:
        print(
            "another process is reading, or the disk is full: the old row goes from the file "
            f"later. Afterwards: {purge_command(address, encrypted=True)}",
            file=sys.stderr,
        )
