"""The service's log: one JSON object a line, without secrets, names or faces."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime

LOGGER = logging.getLogger("facemetric.service")


class JsonLines(logging.Formatter):
    """Formats what ``log`` was given; of other records, level and message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        facts = getattr(record, "facts", None)
        if facts is None:
            line["message"] = record.getMessage()
            if record.exc_info and record.exc_info[1] is not None:
                line["failure"] = failure(record.exc_info[1])
        else:
            line |= facts
        return json.dumps(line, ensure_ascii=True, default=str)


def log(level: int, event: str, **facts: object) -> None:
    """Write an event; a fact that is ``None`` is left out."""
    told = {name: value for name, value in facts.items() if value is not None}
    LOGGER.log(level, event, extra={"facts": {"event": event, **told}})


def failure(error: BaseException) -> list[str]:
    """Return what failed and where, without the message, which may have somebody's name in it."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
    chain = [type(error).__name__]
    below = error.__cause__
    while below is not None and len(chain) < 5:
        chain.append(type(below).__name__)
        below = below.__cause__
    return [" from ".join(chain), *places]
