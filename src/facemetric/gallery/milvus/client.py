"""A client of a Milvus server, or of a file of Milvus Lite, its errors put into words."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from facemetric.errors import DependencyError, GalleryError
from facemetric.gallery.milvus.address import MilvusAddress
from facemetric.gallery.milvus.lite import hold, let_go
from facemetric.gallery.milvus.reach import CONNECT_S, check_reachable


class Client:
    """One connection, which threads use in turns.

    Parameters
    ----------
    address
        Where.
    timeout_s
        Of a call; connecting takes ten seconds at most.

    Attributes
    ----------
    address, timeout_s
        As given.
    lock
        Held in every call; a change of several calls holds it throughout.

    Raises
    ------
    DependencyError
        pymilvus is not installed, or for a file milvus-lite.
    GalleryError
        The server cannot be reached.
    """

    def __init__(self, address: MilvusAddress, *, timeout_s: float) -> None:
        self.address = address
        self.timeout_s = timeout_s
        self.lock = threading.RLock()
        self._process = os.getpid()
        self._pymilvus = _pymilvus()
        self._client: Any = None
        connect_s = timeout_s if address.file is not None else min(timeout_s, CONNECT_S)
        options: dict[str, Any] = {"timeout": connect_s}
        if address.token:
            options["token"] = address.token
        if address.database:
            options["db_name"] = address.database
        if address.file is not None:
            hold(address.file)
        else:
            check_reachable(address, timeout_s=connect_s)
        try:
            with self._translated():
                self._client = self._pymilvus.MilvusClient(address.uri, **options)
        except BaseException:
            self._let_go()
            raise

    @property
    def kinds(self) -> Any:
        """Milvus' types of fields."""
        return self._pymilvus.DataType

    @contextmanager
    def called(self) -> Iterator[Any]:
        """Give pymilvus' client to one thread."""
        with self.lock, self._translated():
            if self._client is None:
                raise GalleryError(
                    "is closed", item=self.address.shown, fix="Open the gallery again"
                )
            if os.getpid() != self._process:
                raise GalleryError(
                    "was opened by the parent process",
                    item=self.address.shown,
                    fix="Open the gallery again in this process",
                )
            yield self._client

    def close(self) -> None:
        """Close the connection; further calls do nothing."""
        with self.lock:
            if self._client is not None and os.getpid() == self._process:
                self._client.close()
                self._let_go()
            self._client = None

    def _let_go(self) -> None:
        if self.address.file is not None:
            let_go(self.address.file)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except self._pymilvus.exceptions.MilvusException as error:
            cause = str(getattr(error, "message", "") or error).splitlines()[0]
            fix = "Check the server and the address"
            if self._client is None and self.address.file is not None:
                cause = f"cannot be opened: {cause}"
                fix = "Close it in other processes: a Milvus Lite file serves one at a time"
            elif self._client is None:
                cause = f"something listens at {self.address.uri}, and is no Milvus: {cause}"
                fix = "Name the port of Milvus' gRPC (19530), with tls=1 where it wants TLS"
            raise GalleryError(cause, item=self.address.shown, fix=fix) from error


def _pymilvus() -> Any:
    try:
        import pymilvus
        import pymilvus.exceptions
    except ImportError as error:
        raise DependencyError(
            "Milvus galleries need pymilvus",
            item="pymilvus",
            fix='Install it: pip install "facemetric[milvus]"',
        ) from error
    return pymilvus
