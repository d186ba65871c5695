"""The server of a Milvus Lite file: it runs in this process, and holds the file, while in use."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from pathlib import Path

_LOCK = threading.Lock()
_USERS: Counter[Path] = Counter()
_CHATTY = ("pymilvus.client.iterator.query_iterator", "grpc._server")


def hold(file: Path) -> None:
    """Note that a gallery is about to use a file."""
    with _LOCK:
        _USERS[file.absolute()] += 1
        for name in _CHATTY:
            logging.getLogger(name).addFilter(_is_news)  # one that is there already stays one


def let_go(file: Path) -> None:
    """Stop a file's server with its last user, so that another process may open the file."""
    from milvus_lite.server_manager import server_manager_instance

    path = file.absolute()
    with _LOCK:
        _USERS[path] -= 1
        if not _USERS[path]:
            del _USERS[path]
            server_manager_instance.release_server(str(path))


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out that this server tells no time, which it need not: nobody else writes to a file."""
    text = record.getMessage()
    return "mvccTs" not in text and "Method not implemented" not in text
