"""The card beside the shards of a pack."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import ValidationError

from facemetric.errors import DataError
from facemetric.wire import DatasetCard

CARD_NAME = "dataset.json"


def read_card(folder: Path) -> DatasetCard | None:
    """Return the card of a pack; ``None`` where the folder has none.

    Raises
    ------
    DataError
        It cannot be read, or is no card.
    """
    path = Path(folder) / CARD_NAME
    try:
        return DatasetCard.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DataError(f"the card cannot be read: {error.strerror}", item=str(path)) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise DataError(
            f"not the card of a pack: {where} {first['msg']}".replace("  ", " "), item=str(path)
        ) from error


def write_card(folder: Path, card: DatasetCard) -> None:
    """Write the card, whole or not at all; raises OSError."""
    path = Path(folder) / CARD_NAME
    partial = path.with_name(f"{CARD_NAME}.partial")
    with partial.open("wb") as stream:
        stream.write(card.model_dump_json(indent=2, by_alias=True).encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)
