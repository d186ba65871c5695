"""What a training run says while it goes on: a JSONL file, TensorBoard and the terminal."""

from facemetric.training.logs.jsonl import JsonlSink, read_log, truncate_log
from facemetric.training.logs.progress import LineSink, ProgressSink
from facemetric.training.logs.record import Kind, LogRecord
from facemetric.training.logs.run_log import RunLog, Sink, open_run_log
from facemetric.training.logs.tensorboard import TensorBoardSink

__all__ = [
    "JsonlSink",
    "Kind",
    "LineSink",
    "LogRecord",
    "ProgressSink",
    "RunLog",
    "Sink",
    "TensorBoardSink",
    "open_run_log",
    "read_log",
    "truncate_log",
]
