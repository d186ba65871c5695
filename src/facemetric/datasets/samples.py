"""``python -m facemetric.datasets.samples [FOLDER]``: fetch the sample photographs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from facemetric.datasets.fetch import fetch_samples
from facemetric.datasets.photos import sample_photos
from facemetric.errors import DataError


def main(arguments: Sequence[str]) -> int:
    """Fetch into the named folder, or the usual one; return the exit status."""
    if len(arguments) > 1 or (arguments and arguments[0].startswith("-")):
        print("usage: python -m facemetric.datasets.samples [FOLDER]", file=sys.stderr)
        return 2
    try:
        folder = fetch_samples(Path(arguments[0]) if arguments else None)
    except DataError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for photo in sample_photos(folder, missing_ok=True):
        print(f"{photo.path}  {', '.join(photo.people)}  {photo.licence}, {photo.source}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
