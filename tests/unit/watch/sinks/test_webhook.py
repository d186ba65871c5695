"""Webhooks against a server on this machine."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable

import pytest

from facemetric.errors import InputError
from facemetric.watch import Webhook, verify_signature
from layouts.dripping_server import dripping
from layouts.hook_server import bodies, serving
from layouts.watch_events import event

SECRET = b"0123456789abcdef0123456789abcdef"


def hook(url: str, **options: object) -> Webhook:
    options = {"first_wait_s": 0.01, "timeout_s": 2.0, "rng": random.Random(0)} | options
    return Webhook(url, **options)  # type: ignore[arg-type]


def wait_for(true: Callable[[], bool]) -> None:
    for _ in range(400):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("not in time")


def test_events_come_signed_and_in_order() -> None:
    with serving(204) as server:
        sink = hook(f"{server.url}/watch?site=1", secret=SECRET)
        for number in range(5):
            sink.send(event(number))
        sink.close()
        got = server.requests
    assert [json.loads(body)["stream_s"] for body in bodies(got)] == [0, 1, 2, 3, 4]
    path, headers, body = got[0]
    assert path == "/watch?site=1"
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Facemetric-Event"] == "facemetric.watch-source/1"
    assert headers["X-Facemetric-Delivery"] == event(0).event_id
    signature = headers["X-Facemetric-Signature"]
    now_s = time.time()
    assert verify_signature(SECRET, signature, body, now_s=now_s)
    assert not verify_signature(SECRET, signature, body + b" ", now_s=now_s)
    assert not verify_signature(SECRET[:-1], signature, body, now_s=now_s)
    assert not verify_signature(SECRET, signature, body, now_s=now_s + 600)
    assert sink.delivery().delivered == 5


def test_what_fails_for_now_is_tried_again_with_the_same_id() -> None:
    with serving(503, 429, 500, 200) as server:
        sink = hook(server.url)
        sink.send(event())
        sink.close()
    assert len({headers["X-Facemetric-Delivery"] for _, headers, _ in server.requests}) == 1
    told = sink.delivery()
    assert (len(server.requests), told.delivered, told.retried, told.failed) == (4, 1, 3, 0)


@pytest.mark.parametrize("status", [400, 401, 404, 410])
def test_what_waiting_does_not_heal_is_given_up(status: int) -> None:
    with serving(status) as server:
        sink = hook(server.url)
        sink.send(event())
        sink.close()
    assert (len(server.requests), sink.delivery().failed) == (1, 1)


def test_a_redirect_is_not_followed() -> None:
    with serving(200) as elsewhere, serving((302, {"Location": elsewhere.url}, b"")) as server:
        sink = hook(server.url)
        sink.send(event())
        sink.close()
    assert (len(server.requests), len(elsewhere.requests)) == (1, 0)
    assert sink.delivery().failed == 1


def test_retry_after_is_kept_to() -> None:
    with serving((429, {"Retry-After": "1"}, b""), 200) as server:
        sink = hook(server.url)
        start = time.monotonic()
        sink.send(event())
        wait_for(lambda: len(server.requests) == 2)
        assert time.monotonic() - start >= 1.0
        sink.close()


def test_a_server_that_is_away_loses_only_what_does_not_fit() -> None:
    with serving(200) as server:
        url = server.url
    sink = hook(url, waiting=10, attempts=1000, drain_s=0.1)  # nobody listens there any more
    for number in range(30):
        sink.send(event(number))
    wait_for(lambda: sink.delivery().retried > 0)
    start = time.monotonic()
    sink.close()
    assert time.monotonic() - start < 3
    told = sink.delivery()
    assert told.delivered == 0
    assert told.dropped + told.failed == 30
    assert told.dropped >= 19


def test_an_outage_costs_no_event() -> None:
    with serving(200) as server:
        port = int(server.url.rpartition(":")[2])
    told: list[str] = []
    sink = hook(f"http://127.0.0.1:{port}", attempts=2, tell=told.append)
    sink.send(event(1))
    wait_for(lambda: sink.delivery().retried > 3)  # more often than an event is tried
    with serving(200, port=port) as server:
        wait_for(lambda: len(server.requests) == 1)
        sink.close()
    assert (sink.delivery().delivered, sink.delivery().failed) == (1, 0)
    assert [text.partition(": ")[2] for text in told] == [
        "Connection refused",
        "events are delivered again",
    ]


def test_a_server_that_drips_its_answer_does_not_hold_the_events() -> None:
    told: list[str] = []
    with dripping(b"HTTP/1.1 200 OK\r\n" * 100, pause_s=0.05) as url:
        sink = hook(url, timeout_s=0.3, attempts=2, tell=told.append)
        for number in range(2):
            sink.send(event(number))
        wait_for(lambda: sink.delivery().failed == 2)
        sink.close()
    assert told[0].endswith("timed out")


def test_sending_does_not_wait_for_the_server() -> None:
    with serving(503) as server:
        sink = hook(server.url, drain_s=0.1, first_wait_s=10.0)
        start = time.monotonic()
        for number in range(100):
            sink.send(event(number))
        assert time.monotonic() - start < 0.5
        sink.close()


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("http://hooks.example/x", "https"),
        ("ftp://hooks.example/x", "expected https"),
        ("https://me:hunter2@hooks.example/", "not sent"),
        ("hooks.example", "expected https"),
        ("https://hooks..example/x", "expected https"),
        ("https://hooks.example/\u00e9", "letters"),
    ],
)
def test_addresses_that_are_refused(url: str, wanted: str) -> None:
    with pytest.raises(InputError, match=wanted) as caught:
        Webhook(url)
    assert "hunter2" not in str(caught.value)


def test_plain_http_to_others_only_where_it_is_allowed() -> None:
    Webhook("http://hooks.example/x", plain=True).close()
