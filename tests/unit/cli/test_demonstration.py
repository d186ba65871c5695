"""What the demo counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from facemetric import Recognizer
from facemetric.cli.cast import Casting
from facemetric.cli.demonstration import Demonstration
from facemetric.decide import manual_threshold
from facemetric.types import ItemError

pytestmark = pytest.mark.samples


def test_only_photographs_with_a_known_answer_count_as_right(
    samples: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    unread = ItemError("locked", "source", "the folder cannot be read")
    casting = Casting(
        enrolled=(("Barack", samples["obama"]), ("Joe", samples["biden"])),
        again=(("Barack", samples["obama2"]), ("Joe", samples["obama3"])),  # one is wrong
        asked=(samples["astronaut"], samples["grace_hopper"]),
        strangers=(),
        sources=(),
        errors=(unread,),
    )
    chosen = manual_threshold(0.93)
    monkeypatch.setattr(Recognizer, "gallery_threshold", lambda *_, **__: chosen)
    monkeypatch.setattr(Recognizer, "_threshold", lambda *_, **__: chosen)
    demonstration = Demonstration(Recognizer(), casting, provider="cpu", say=lambda text: None)
    demonstration.run()
    counts = demonstration.counts
    assert counts["identified"] == 4
    assert counts["identified_checked"] == 2
    assert counts["identified_right"] == 1
    assert demonstration.wrong == 1
    assert demonstration.errors == [unread]
