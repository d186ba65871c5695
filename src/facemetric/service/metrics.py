"""What the service counts, for Prometheus and for its own figures."""

from __future__ import annotations

from typing import Any

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_CHIPS = (1, 2, 4, 8, 16, 32, 64)
_REFUSALS = (401, 403, 429)


class Metrics:
    """Counters of one service; its galleries and people appear in none of them."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self._registry = CollectorRegistry()
        self._requests = Counter(
            "facemetric_requests",
            "Requests by route and status",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "facemetric_request_seconds",
            "Time from the head of a request to the end of its answer",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._chips = Histogram(
            "facemetric_batch_faces",
            "Faces that went through the network at once",
            buckets=_CHIPS,
            registry=self._registry,
        )
        self._taken = Gauge(
            "facemetric_photo_requests_in_work",
            "Requests with photographs in work or waiting",
            registry=self._registry,
        )
        self.requests = self.refused = self.failed = 0

    def batch(self, chips: int) -> None:
        """Count a batch of so many faces."""
        self._chips.observe(chips)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request."""
        self.requests += 1
        self.refused += status in _REFUSALS
        self.failed += status >= 500
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self, *, in_work: int) -> bytes:
        """Return everything in Prometheus' text format."""
        from prometheus_client import generate_latest

        self._taken.set(in_work)
        page: Any = generate_latest(self._registry)
        return bytes(page)
