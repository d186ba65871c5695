"""The page on photograph sets: its code enrols what was embedded."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from facemetric.jobs.embedding import embed_photos
from facemetric.recognizer import Recognizer
from layouts.portraits import build_portraits

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "embed-a-photo-set.md"


def test_the_code_of_the_page(
    samples: dict[str, Path],
    no_face_photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    portraits = build_portraits(tmp_path / "portraits", samples, no_face_photo)
    for name in ("biden", "obama", "obama2"):
        path = tmp_path / "people" / name.rstrip("2") / f"{name}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(portraits / "a" / f"{name}.jpg")
    monkeypatch.chdir(tmp_path)
    embed_photos("people", "embeddings", select="largest")
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        exec(block, {"__name__": "page"})
    recognizer = Recognizer(threads=1)
    with recognizer.open_gallery(tmp_path / "people.db") as gallery:
        assert {person.name: person.samples for person in gallery} == {"biden": 1, "obama": 2}
        seen = recognizer.identify(gallery, portraits / "b/obama3.jpg", threshold=0.9)
        assert seen.faces[0].name == "obama"
