"""Rate and time left, on a terminal or line by line."""

from __future__ import annotations

import io

import pytest

from facemetric.cli.pace import Pace, pacing, time_text


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_was_done_before_does_not_count() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert (pace.per_s, pace.left_s, pace.elapsed_s) == (None, None, 0.0)
    pace.update(600, 1000)
    assert str(pace) == "–"
    clock.now += 20
    pace.update(700, 1000)
    assert (pace.per_s, pace.left_s) == (5.0, 60.0)
    assert str(pace) == "5.0/s, 60 s left"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (3600, "60 min"), (11_100, "3 h 5 min")],
)
def test_times_for_people(seconds: float, text: str) -> None:
    assert time_text(seconds) == text


def test_a_line_at_times_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with pacing("embedding", unit="photographs", quiet=False, pace=Pace(clock)) as tell:
        for done in range(0, 1001, 100):
            tell(done, 2000)
            clock.now += 10
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "embedding: 300 of 2,000 photographs, 10.0/s, 3 min left",
        "embedding: 600 of 2,000 photographs, 10.0/s, 2 min left",
        "embedding: 900 of 2,000 photographs, 10.0/s, 2 min left",
    ]


def test_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    with pacing("embedding", unit="photographs", quiet=True, every_s=0) as tell:
        tell(1, 2)
    assert capsys.readouterr().err == ""


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream, clock = Terminal(), Clock()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with pacing("embedding", unit="photographs", quiet=False, pace=Pace(clock)) as tell:
        tell(0, 40)
        clock.now += 2
        tell(10, 40)
    assert "10/40" in stream.getvalue()
    assert "5.0/s, 6 s left" in stream.getvalue()
