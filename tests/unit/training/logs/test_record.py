from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import DataError
from facemetric.training.logs import LogRecord

finite = st.floats(allow_nan=False)


@settings(deadline=None, max_examples=50)
@given(
    loss=st.none() | finite,
    figures=st.dictionaries(st.text(), finite, max_size=4),
    text=st.text(max_size=8),
)
def test_a_line_says_the_same(loss: float | None, figures: dict[str, float], text: str) -> None:
    record = LogRecord("step", 3, 1, 0.125, loss, figures, text)
    line = record.to_line()
    assert line.count("\n") == 1 and line.endswith("\n")
    assert LogRecord.from_line(line, item="x") == record


def test_what_is_not_finite_stays_json() -> None:
    line = LogRecord("step", 1, 0, 0.0, math.nan, {"norm": -math.inf}).to_line()
    assert json.loads(line, parse_constant=pytest.fail)["loss"] == "nan"
    back = LogRecord.from_line(line, item="x")
    assert back.loss is not None and math.isnan(back.loss)
    assert back.figures["norm"] == -math.inf


@pytest.mark.parametrize(
    "line",
    [
        "nonsense\n",
        "[]\n",
        '{"kind": "step"}\n',
        '{"kind": "other", "step": 1, "epoch": 0, "seconds": 0, "loss": null, "figures": {}}\n',
        '{"kind": "step", "step": 1, "epoch": 0, "seconds": 0, "loss": null, "x": 1}',
    ],
)
def test_what_is_no_record_is_named(line: str) -> None:
    with pytest.raises(DataError, match=r"log\.jsonl, line 7: expected a record"):
        LogRecord.from_line(line, item="log.jsonl, line 7")
