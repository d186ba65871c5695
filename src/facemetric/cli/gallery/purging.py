"""``facemetric gallery purge``."""

from __future__ import annotations

import typer

from facemetric.cli.keys import KeyCommand, KeyFile, master_key
from facemetric.cli.options import GalleryAddress, Json
from facemetric.cli.output import FAILED, guarded, print_json


@guarded
def purge(
    gallery: GalleryAddress = None,
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    json_: Json = False,
) -> None:
    """Clear a gallery's files of what was erased, renamed or merged; exit code 4 where not all is.

    Commands that erase, rename and merge do it at once; what they had to put off, this makes up
    for, and for what was changed over HTTP, and consents and groups that were replaced.

    Example: facemetric gallery purge --gallery people.db
    """
    from facemetric.cli.galleries import gallery_address, open_existing, shown_address
    from facemetric.wire import GalleryPurgeOut

    with open_existing(gallery, key=master_key(key_file, key_command)) as opened:
        purged = opened.purge()
        left = opened.may_remain_in
    address = shown_address(gallery_address(gallery))
    if json_:
        print_json(GalleryPurgeOut(gallery=address, purged=purged, may_remain_in=left))
    elif purged:
        print(f"{address}: nothing of what was erased is left in it")
        print(f"it may remain in {', '.join(left)}")
    else:
        print(
            f"{address}: not all could be cleared: somebody else is reading or writing, the disk "
            "is full, or the server clears it in its own time. Try again later"
        )
    if not purged:
        raise typer.Exit(FAILED)
