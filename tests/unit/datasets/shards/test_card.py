from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from facemetric.datasets.shards import read_card, write_card
from facemetric.errors import DataError
from facemetric.jobs.statistics import images_per_person
from facemetric.wire import DatasetCard, PackSettingsOut, ReasonOut, ShardOut

SETTINGS = PackSettingsOut(
    detector="mtcnn",
    min_face_px=20,
    template="arcface-112",
    width_px=112,
    height_px=112,
    jpeg_quality=95,
    min_size_px=None,
    min_score=None,
    min_sharpness=None,
    max_yaw_deg=30,
    max_pitch_deg=None,
    max_roll_deg=None,
    min_images=1,
    dedupe=True,
    keep_faceless=False,
)
CARD = DatasetCard(
    version="1",
    name="people",
    sources=("people/",),
    settings=SETTINGS,
    made_from="0" * 64,
    photographs=3,
    images=2,
    people=1,
    faceless=0,
    shards=(ShardOut(name="chips-000000.tar", images=2, bytes=5120, sha256="1" * 64),),
    left_out=(ReasonOut(reason="no face", count=1),),
    images_per_person=images_per_person(np.zeros(2, np.int64)),
    measures=(),
)


def test_a_card_comes_back(tmp_path: Path) -> None:
    assert read_card(tmp_path) is None
    write_card(tmp_path, CARD)
    assert read_card(tmp_path) == CARD
    assert [entry.name for entry in tmp_path.iterdir()] == ["dataset.json"]
    values = json.loads((tmp_path / "dataset.json").read_bytes())
    assert values["schema"] == "facemetric.pack/1"
    assert values["settings"]["min_score"] is None


def test_what_a_newer_program_added_is_passed_over(tmp_path: Path) -> None:
    values = {**CARD.model_dump(mode="json", by_alias=True), "extra": 1}
    (tmp_path / "dataset.json").write_text(json.dumps(values))
    assert read_card(tmp_path) == CARD


@pytest.mark.parametrize(("change", "cause"), [({"images": "many"}, "images"), (None, "JSON")])
def test_damaged_cards(tmp_path: Path, change: dict[str, object] | None, cause: str) -> None:
    values = {**CARD.model_dump(mode="json", by_alias=True), **(change or {})}
    text = "{" if change is None else json.dumps(values)
    (tmp_path / "dataset.json").write_text(text)
    with pytest.raises(DataError, match="not the card of a pack") as caught:
        read_card(tmp_path)
    assert cause in caught.value.cause


def test_a_card_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "dataset.json").mkdir()
    with pytest.raises(DataError, match="the card cannot be read"):
        read_card(tmp_path)
