"""A connection of the server: whoever sends no request in time gives the place to somebody else."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.auto import AutoHTTPProtocol


class Connection(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """uvicorn's protocol, which waits for ever for the head of a request, with an end to that.

    Without it, as many silent connections as are let in keep everybody else out, and take no key.

    Attributes
    ----------
    head_s
        Seconds in which the head of a request must be there, from the opening of the connection or
        the end of the answer before.
    """

    head_s = 20.0
    _ending: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def on_response_complete(self) -> None:
        """Wait for the next one."""
        super().on_response_complete()
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._stop()
        if not self.transport.is_closing():
            self._ending = self.loop.call_later(self.head_s, self._end)

    def _stop(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None

    def _end(self) -> None:
        in_work = self.cycle is not None and not self.cycle.response_complete
        if not in_work:  # its end is waited for by the request's own limits
            self.transport.abort()
