"""The client: typed answers, the library's errors, retries where that is safe."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Self

import httpx

from facemetric.client import calls
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
from facemetric.client.gallery import GalleryClient
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


class Client:
    """Talks to a facemetric service.

    Photographs are paths, encoded bytes, or pairs of a name and encoded bytes. A request that the
    service has no time for is sent again, as often as ``retries``, after the time it asks for.

    Parameters
    ----------
    url
        Where the service is, such as ``"https://faces.example"``.
    key
        An API key, ``fmk_…``.
    timeout_s
        Seconds for each request.
    retries
        How often a request is sent again.
    transport
        In place of the network, for tests.
    sleep
        Waits so many seconds.

    Raises
    ------
    AccessError
        The key is missing, wrong, expired, or not meant for what was asked.
    BusyError
        The service has too much to do, or took too long.
    ServiceError
        It cannot be reached, or gave no answer that this client knows.
    FacemetricError
        What the library would raise: ``NoFaceError``, ``DecodeError``, ``PersonError`` …

    Examples
    --------
    >>> with Client("http://127.0.0.1:8000", key) as client:                 # doctest: +SKIP
    ...     staff = client.gallery("staff")
    ...     staff.enrol("Ada Lovelace", ["ada1.jpg", "ada2.jpg"])
    ...     staff.identify(["party.jpg"]).photos[0].faces[0].name
    'Ada Lovelace'
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout_s: float = 60.0,
        retries: int = 2,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._retries = retries
        self._sleep = sleep
        self._http = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=timeout_s,
            transport=transport,
        )

    def send(self, call: Call[Answer]) -> Answer:
        """Send a request and return its document."""
        response = self._answered(call)
        return call.read(response.status_code, response.content, response.headers)

    def _answered(self, call: Call[Answer]) -> httpx.Response:
        """Return the answer to a request, sent again where that is safe."""
        for left in range(self._retries, -1, -1):
            try:
                response = self._http.request(**call.request())
            except httpx.TimeoutException as error:
                raise BusyError("gave no answer in time", item=call.path) from error
            except httpx.HTTPError as error:
                unsent = isinstance(error, httpx.ConnectError)
                if left and (unsent or call.safe):
                    self._sleep(0.1)
                    continue
                raise ServiceError(
                    f"cannot be reached: {error}",
                    item=str(self._http.base_url),
                    fix="Is it running, and is the address right?",
                ) from error
            if response.status_code in BUSY and left:
                self._sleep(min(wait_s(response.headers) or 1.0, LONGEST_WAIT_S))
                continue
            break
        return response

    def follow(self, path: str, last_id: str | None) -> Iterator[WatchEvent]:
        """Yield the events of a stream."""
        from httpx_sse import connect_sse

        headers = {} if last_id is None else {"Last-Event-ID": last_id}
        timeout = httpx.Timeout(self._http.timeout.connect, read=STREAM_SILENCE_S)
        try:
            with connect_sse(self._http, "GET", path, headers=headers, timeout=timeout) as source:
                answer = source.response
                if answer.status_code != 200:
                    raise error_of(answer.status_code, source.response.read(), answer.headers)
                for message in source.iter_sse():
                    if message.data:  # a comment has none
                        yield event_of(message.data, path)
        except httpx.HTTPError as error:
            raise ServiceError(
                f"the stream broke off: {error}", item=path, fix="Follow from the last event's id"
            ) from error

    def gallery(self, name: str) -> GalleryClient:
        """Return what talks about one gallery."""
        return GalleryClient(name, self.send, self.follow)

    def ready(self) -> HealthOut:
        """Return whether the service can work; BusyError where it cannot yet."""
        return self.send(calls.READY)

    def whoami(self) -> WhoAmIOut:
        """Return what the key may do."""
        return self.send(calls.WHOAMI)

    def service(self) -> ServiceOut:
        """Return the service in figures."""
        return self.send(calls.SERVICE)

    def bundle(self) -> BundleOut:
        """Return the bundle in use and its calibration."""
        return self.send(calls.BUNDLE)

    def galleries(self) -> GalleriesOut:
        """Return the galleries that the key is for."""
        return self.send(calls.GALLERIES)

    def detect(self, photos: Sequence[Photo], *, select: Select = "all") -> DetectOut:
        """Find faces."""
        return self.send(calls.detect(photos, select))

    def embed(self, photos: Sequence[Photo], *, select: Select = "all") -> EmbeddingsOut:
        """Find faces and return their embeddings."""
        return self.send(calls.embed(photos, select))

    def compare(
        self,
        first: Photo,
        second: Photo,
        *,
        far: float = 1e-3,
        threshold: float | None = None,
        select: OneFace = "largest",
    ) -> VerifyOut:
        """Decide whether two photographs show the same person; see ``Recognizer.verify``."""
        return self.send(calls.compare(first, second, far, threshold, select))

    def cluster(
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
        return self.send(call)

    def job(self, job_id: str) -> JobOut:
        """Return how far a job is, and its result."""
        return self.send(calls.job(job_id))

    def jobs(self) -> JobsOut:
        """Return the jobs of this key."""
        return self.send(calls.JOBS)

    def cancel(self, job_id: str) -> JobOut:
        """Stop a job, or forget its result."""
        return self.send(calls.cancel(job_id))

    def wait(self, job: JobOut, *, every_s: float = 0.5) -> JobOut:
        """Return a job once it has ended."""
        while job.state in ("waiting", "running"):
            self._sleep(every_s)
            job = self.job(job.job_id)
        return job

    def audit(self, *, limit: int = 100, before: int | None = None) -> AuditOut:
        """Return the last entries of the audit log, or the last before the one of a number."""
        return self.send(calls.audit(limit, before))

    def reports(self) -> ReportsOut:
        """Return the service's evaluation reports with their main figures."""
        return self.send(calls.REPORTS)

    def report(self, name: str) -> ReportOut:
        """Return all figures of a report."""
        return self.send(calls.report(name))

    def report_page(self, name: str) -> str:
        """Return a report's own page, an HTML document."""
        response = self._answered(calls.report_page(name))
        if response.status_code != 200:
            raise error_of(response.status_code, response.content, response.headers)
        return response.text

    def keys(self) -> KeysOut:
        """Return all keys."""
        return self.send(calls.KEYS)

    def new_key(
        self,
        name: str,
        scopes: Sequence[Scope],
        *,
        galleries: Sequence[str] | None = None,
        expires: datetime | None = None,
        per_minute: int | None = None,
    ) -> NewKeyOut:
        """Make a key; its secret is in the answer and never again."""
        return self.send(calls.new_key(name, scopes, galleries, expires, per_minute))

    def rotate_key(self, key_id: str, *, grace_h: float = 0.0) -> NewKeyOut:
        """Give a key another secret."""
        return self.send(calls.rotate_key(key_id, grace_h))

    def revoke_key(self, key_id: str) -> KeysOut:
        """End a key."""
        return self.send(calls.revoke_key(key_id))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()
