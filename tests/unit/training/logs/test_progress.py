from __future__ import annotations

import io

from rich.console import Console

from facemetric.training.logs import LineSink, LogRecord, ProgressSink
from facemetric.training.logs.progress import brief, duration, line_of

FIGURES = {"lfw_accuracy": 0.75, "lfw_accuracy_low": 0.7, "lfw_accuracy_high": 0.8}


def step(number: int) -> LogRecord:
    return LogRecord("step", number, 0, 0.0, 2.5, {"lr_backbone": 0.1, "images_per_s": 1234.0})


def test_lines_about_steps_are_few_and_others_are_not() -> None:
    stream = io.StringIO()
    now = iter(range(100))
    sink = LineSink(stream, total_steps=100, every_s=10, clock=lambda: float(next(now)))
    for number in range(1, 22):
        sink.write(step(number))
    sink.write(LogRecord("evaluation", 21, 0, 0.0, figures=FIGURES))
    sink.close()
    assert stream.getvalue().splitlines() == [
        "step 1/100  epoch 1  loss 2.5  lr 0.1  1,234 images/s",
        "step 11/100  epoch 1  loss 2.5  lr 0.1  1,234 images/s  1:29 left",
        "step 21/100  epoch 1  loss 2.5  lr 0.1  1,234 images/s  1:19 left",
        "step 21  evaluation  LFW accuracy 75.00 % [70.00, 80.00]",
    ]


def test_a_terminal_gets_a_bar() -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=140)
    sink = ProgressSink(console, total_steps=10, first_step=4)
    sink.write(step(5))
    sink.write(LogRecord("note", 5, 0, 0.0, text="[stopped]"))
    sink.close()
    text = stream.getvalue()
    assert "5/10" in text
    assert "loss 2.5" in text
    assert "step 5  note  [stopped]" in text


def test_words() -> None:
    assert brief(LogRecord("step", 1, 2, 0.0)) == "epoch 3"
    assert line_of(LogRecord("epoch", 8, 0, 0.0, 1.5)) == "step 8  epoch 1 done  mean loss 1.5"
    rates = {"lr_backbone": 0.1, "lr_backbone_no_decay": 0.1, "lr_header": 0.1}
    assert brief(LogRecord("step", 1, 0, 0.0, figures=rates)) == "epoch 1  lr 0.1"
    rates["lr_header"] = 0.2
    said = "epoch 1  lr backbone 0.1  lr header 0.2"
    assert brief(LogRecord("step", 1, 0, 0.0, figures=rates)) == said
    assert [duration(s) for s in (0, 61, 3723.4)] == ["0:00", "1:01", "1:02:03"]
