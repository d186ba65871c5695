"""Events to a broker on this machine, which comes and goes."""

from __future__ import annotations

import json
import random
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("paho.mqtt.client")

from facemetric.errors import DependencyError
from facemetric.watch import Mqtt, parse_broker
from facemetric.wire.answers import to_json
from layouts.certificate import self_signed
from layouts.mqtt_broker import Broker, Published, broker
from layouts.watch_events import alert, event


def sink(port: int, *, tls: bool = False, **options: object) -> Mqtt:
    options = {"timeout_s": 2.0, "rng": random.Random(0)} | options
    address = f"mqtt{'s' if tls else ''}://127.0.0.1:{port}/site/faces"
    return Mqtt(parse_broker(address), **options)  # type: ignore[arg-type]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def wait_for(true: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.01)


def numbers(served: Broker) -> list[float]:
    return [json.loads(payload)["stream_s"] for payload in served.on("site/faces")]


def test_events_come_in_order_as_they_are_in_a_file() -> None:
    with broker() as served:
        publishing = sink(served.port)
        for number in range(20):
            publishing.send(event(number))
        publishing.close()
    assert served.published == [
        Published("site/faces", to_json(event(number), indent=None).encode(), qos=1)
        for number in range(20)
    ]
    assert served.connects == 1
    told = publishing.delivery()
    assert (told.delivered, told.retried, told.dropped, told.failed) == (20, 0, 0, 0)
    assert told.sink == f"mqtt://127.0.0.1:{served.port}/site/faces"
    assert not [one for one in threading.enumerate() if "mqtt" in one.name]


def test_without_the_client_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "paho.mqtt.client", None)
    with pytest.raises(DependencyError, match=r"facemetric\[watch\]"):
        sink(1883)


def test_no_picture_leaves_this_way() -> None:
    sent = alert(thumbnail_jpeg="/9j/4AAQ")
    with broker() as served:
        publishing = sink(served.port)
        publishing.send(sent)
        publishing.close()
    (payload,) = served.on("site/faces")
    wanted = json.loads(to_json(sent, indent=None))
    assert json.loads(payload) == wanted | {"thumbnail_jpeg": None}
    assert wanted["thumbnail_jpeg"] == "/9j/4AAQ"  # other sinks have it still


def test_a_login_is_sent_and_a_wrong_one_told_of() -> None:
    told: list[str] = []
    with broker(login=("faces", "hunter2")) as served:
        right = sink(served.port, login=("faces", "hunter2"))
        right.send(event())
        right.close()
        wrong = sink(served.port, login=("faces", "wrong"), tell=told.append, drain_s=0.1)
        wrong.send(event())
        wait_for(lambda: bool(told))
        wrong.close()
    assert right.delivery().delivered == 1
    assert told == [
        f"mqtt://127.0.0.1:{served.port}/site/faces: the broker refuses: Not authorized"
    ]
    assert (wrong.delivery().delivered, wrong.delivery().failed) == (0, 1)
    assert len(served.published) == 1


def test_an_outage_costs_no_event() -> None:
    told: list[str] = []
    with broker() as served:
        port = served.port
        publishing = sink(port, tell=told.append)
        publishing.send(event(0))
        wait_for(lambda: publishing.delivery().delivered == 1)
    for number in (1, 2, 3):
        publishing.send(event(number))
    wait_for(lambda: bool(told))
    with broker(port=port) as again:
        wait_for(lambda: len(again.published) == 3, 20)
        publishing.close()
    assert numbers(again) == [1, 2, 3]
    assert publishing.delivery().delivered == 4
    assert told[-1].endswith("events are delivered again")
    assert len(told) == 2


def test_a_broker_that_is_not_there_yet() -> None:
    port = free_port()
    publishing = sink(port)
    publishing.send(event(5))
    time.sleep(0.2)
    with broker(port=port) as served:
        wait_for(lambda: len(served.published) == 1, 20)
        publishing.close()
    assert numbers(served) == [5]


def test_a_connection_that_breaks_before_the_acknowledgement() -> None:
    with broker() as served:
        served.acknowledge = False
        publishing = sink(served.port, timeout_s=20.0)
        publishing.send(event(7))
        wait_for(lambda: len(served.published) == 1)
        served.acknowledge = True
        served.hang_up()
        wait_for(lambda: publishing.delivery().delivered == 1, 20)
        publishing.close()
    assert numbers(served) == [7, 7]  # at least once, with one id
    assert [one.again for one in served.published] == [False, True]


def test_a_broker_that_never_acknowledges_is_given_so_many_tries() -> None:
    told: list[str] = []
    with broker() as served:
        served.acknowledge = False
        publishing = sink(served.port, timeout_s=0.3, attempts=2, tell=told.append)
        publishing.send(event())
        wait_for(lambda: publishing.delivery().failed == 1)
        publishing.close()
    assert told == [f"{publishing.delivery().sink}: the broker does not acknowledge"]
    assert len(served.published) == 2
    assert not [one for one in threading.enumerate() if "mqtt" in one.name]


def test_while_nobody_is_there_the_oldest_go_and_the_end_is_quick() -> None:
    publishing = sink(free_port(), waiting=10, drain_s=0.1)
    start = time.monotonic()
    for number in range(30):
        publishing.send(event(number))
    publishing.close()
    assert time.monotonic() - start < 6
    told = publishing.delivery()
    assert (told.delivered, told.dropped + told.failed) == (0, 30)


def test_status_and_last_will() -> None:
    with broker() as served:
        publishing = sink(served.port, status_topic="site/watch")
        wait_for(lambda: served.on("site/watch") == [b"online"])
        served.hang_up()  # it looks as if the watch had gone
        wait_for(lambda: served.on("site/watch") == [b"online", b"offline", b"online"], 20)
        publishing.close()
    said = [one for one in served.published if one.topic == "site/watch"]
    assert [one.payload for one in said[3:]] == [b"offline"]
    assert all(one.retain for one in said)
    assert said[1].qos == 1


# paho leaves a socket to the collector where the handshake fails.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_certificate_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, context = self_signed(tmp_path)
    told: list[str] = []
    with broker(tls=context) as served:
        stranger = sink(served.port, tls=True, tell=told.append, drain_s=0.1)
        wait_for(lambda: bool(told))
        stranger.close()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        known = sink(served.port, tls=True)
        known.send(event())
        known.close()
    assert "certificate" in told[0]
    assert (served.connects, known.delivery().delivered) == (1, 1)
