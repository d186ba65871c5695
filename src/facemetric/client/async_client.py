"""The client for asyncio: typed answers, the library's errors, retries where that is safe."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Self

import httpx

from facemetric.client import calls
from facemetric.client.async_gallery import AsyncGalleryClient
from facemetric.client.call import (
    BUSY,
    STREAM_SILENCE_S,
    Answer,
    Call,
    Photo,
    error_of,
    event_of,
    wait_s,
)
from facemetric.client.calls import OneFace, Select
from facemetric.errors import BusyError, ServiceError
from facemetric.wire import (
    AuditOut,
    BundleOut,
    DetectOut,
    EmbeddingsOut,
    GalleriesOut,
    HealthOut,
    JobOut,
    JobsOut,
    KeysOut,
    NewKeyOut,
    ReportOut,
    ReportsOut,
    ServiceOut,
    VerifyOut,
    WatchEvent,
    WhoAmIOut,
)
from facemetric.wire.requests import Scope

LONGEST_WAIT_S = 30.0


class AsyncClient:
    """Talks to a facemetric service from asyncio; parameters and errors are those of ``Client``.

    Examples
    --------
    >>> async with AsyncClient("http://127.0.0.1:8000", key) as client:      # doctest: +SKIP
    ...     await client.gallery("staff").identify(["party.jpg"])
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout_s: float = 60.0,
        retries: int = 2,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._retries = retries
        self._sleep = sleep
        self._http = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=timeout_s,
            transport=transport,
        )

    async def send(self, call: Call[Answer]) -> Answer:
        """Send a request and return its document."""
        response = await self._answered(call)
        return call.read(response.status_code, response.content, response.headers)

    async def _answered(self, call: Call[Answer]) -> httpx.Response:
        """Return the answer to a request, sent again where that is safe."""
        for left in range(self._retries, -1, -1):
            try:
                response = await self._http.request(**call.request())
            except httpx.TimeoutException as error:
                raise BusyError("gave no answer in time", item=call.path) from error
            except httpx.HTTPError as error:
                unsent = isinstance(error, httpx.ConnectError)
                if left and (unsent or call.safe):
                    await self._sleep(0.1)
                    continue
                raise ServiceError(
                    f"cannot be reached: {error}",
                    item=str(self._http.base_url),
                    fix="Is it running, and is the address right?",
                ) from error
            if response.status_code in BUSY and left:
                await self._sleep(min(wait_s(response.headers) or 1.0, LONGEST_WAIT_S))
                continue
            break
        return response

    async def follow(self, path: str, last_id: str | None) -> AsyncIterator[WatchEvent]:
        """Yield the events of a stream."""
        from httpx_sse import aconnect_sse

        headers = {} if last_id is None else {"Last-Event-ID": last_id}
        timeout = httpx.Timeout(self._http.timeout.connect, read=STREAM_SILENCE_S)
        try:
            async with aconnect_sse(
                self._http, "GET", path, headers=headers, timeout=timeout
            ) as source:
                answer = source.response
                if answer.status_code != 200:
                    raise error_of(
                        answer.status_code, await source.response.aread(), answer.headers
                    )
                async for message in source.aiter_sse():
                    if message.data:  # a comment has none
                        yield event_of(message.data, path)
        except httpx.HTTPError as error:
            raise ServiceError(
                f"the stream broke off: {error}", item=path, fix="Follow from the last event's id"
            ) from error

    def gallery(self, name: str) -> AsyncGalleryClient:
        """Return what talks about one gallery."""
        return AsyncGalleryClient(name, self.send, self.follow)

    async def ready(self) -> HealthOut:
        """Return whether the service can work; BusyError where it cannot yet."""
        return await self.send(calls.READY)

    async def whoami(self) -> WhoAmIOut:
        """Return what the key may do."""
        return await self.send(calls.WHOAMI)

    async def service(self) -> ServiceOut:
        """Return the service in figures."""
        return await self.send(calls.SERVICE)

    async def bundle(self) -> BundleOut:
        """Return the bundle in use and its calibration."""
        return await self.send(calls.BUNDLE)

    async def galleries(self) -> GalleriesOut:
        """Return the galleries that the key is for."""
        return await self.send(calls.GALLERIES)

    async def detect(self, photos: Sequence[Photo], *, select: Select = "all") -> DetectOut:
        """Find faces."""
        return await self.send(calls.detect(photos, select))

    async def embed(self, photos: Sequence[Photo], *, select: Select = "all") -> EmbeddingsOut:
        """Find faces and return their embeddings."""
        return await self.send(calls.embed(photos, select))

    async def compare(
        self,
        first: Photo,
        second: Photo,
        *,
        far: float = 1e-3,
        threshold: float | None = None,
        select: OneFace = "largest",
    ) -> VerifyOut:
        """Decide whether two photographs show the same person; see ``Recognizer.verify``."""
        return await self.send(calls.compare(first, second, far, threshold, select))

    async def cluster(
        self,
        photos: Sequence[Photo],
        *,
        method: str = "auto",
        far: float = 1e-3,
        threshold: float | None = None,
        people: int | None = None,
        keep_portraits: bool = False,
    ) -> JobOut:
        """Begin to group photographs by person; see ``wait``.

        With ``keep_portraits``, groups can be enrolled with portraits.
        """
        call = calls.cluster(photos, method, far, threshold, people, keep_portraits)
        return await self.send(call)

    async def job(self, job_id: str) -> JobOut:
        """Return how far a job is, and its result."""
        return await self.send(calls.job(job_id))

    async def jobs(self) -> JobsOut:
        """Return the jobs of this key."""
        return await self.send(calls.JOBS)

    async def cancel(self, job_id: str) -> JobOut:
        """Stop a job, or forget its result."""
        return await self.send(calls.cancel(job_id))

    async def wait(self, job: JobOut, *, every_s: float = 0.5) -> JobOut:
        """Return a job once it has ended."""
        while job.state in ("waiting", "running"):
            await self._sleep(every_s)
            job = await self.job(job.job_id)
        return job

    async def audit(self, *, limit: int = 100, before: int | None = None) -> AuditOut:
        """Return the last entries of the audit log, or the last before the one of a number."""
        return await self.send(calls.audit(limit, before))

    async def reports(self) -> ReportsOut:
        """Return the service's evaluation reports with their main figures."""
        return await self.send(calls.REPORTS)

    async def report(self, name: str) -> ReportOut:
        """Return all figures of a report."""
        return await self.send(calls.report(name))

    async def report_page(self, name: str) -> str:
        """Return a report's own page, an HTML document."""
        response = await self._answered(calls.report_page(name))
        if response.status_code != 200:
            raise error_of(response.status_code, response.content, response.headers)
        return response.text

    async def keys(self) -> KeysOut:
        """Return all keys."""
        return await self.send(calls.KEYS)

    async def new_key(
        self,
        name: str,
        scopes: Sequence[Scope],
        *,
        galleries: Sequence[str] | None = None,
        expires: datetime | None = None,
        per_minute: int | None = None,
    ) -> NewKeyOut:
        """Make a key; its secret is in the answer and never again."""
        return await self.send(calls.new_key(name, scopes, galleries, expires, per_minute))

    async def rotate_key(self, key_id: str, *, grace_h: float = 0.0) -> NewKeyOut:
        """Give a key another secret."""
        return await self.send(calls.rotate_key(key_id, grace_h))

    async def revoke_key(self, key_id: str) -> KeysOut:
        """End a key."""
        return await self.send(calls.revoke_key(key_id))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.close()
