"""Addresses of brokers and topics."""

from __future__ import annotations

import pytest

from facemetric.errors import InputError
from facemetric.watch.sinks.broker import Broker, checked_topic, parse_broker


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mqtts://broker.example/site/faces", ("broker.example", 8883, True, "site/faces")),
        ("mqtt://127.0.0.1/faces", ("127.0.0.1", 1883, False, "faces")),
        ("mqtt://localhost:2883//a%2Bb", None),
        ("mqtt://[::1]:2883/a/%C3%A9", ("::1", 2883, False, "a/é")),
    ],
)
def test_addresses(url: str, expected: tuple[str, int, bool, str] | None) -> None:
    if expected is None:
        with pytest.raises(InputError, match="without"):
            parse_broker(url)
        return
    found = parse_broker(url)
    assert found == Broker(*expected)
    assert parse_broker(str(found)) == found


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("mqtt://broker.example/x", "--mqtt-plain"),
        ("mqtts://me:hunter2@broker.example/x", "--mqtt-login"),
        ("mqtts://broker.example", "topic"),
        ("mqtts://broker.example/", "topic"),
        ("mqtts://broker.example/a/#", "%3F"),
        ("mqtts://broker.example/a?b", "%3F"),
        ("mqtts://broker.example/$SYS/a", "without"),
        ("mqtts://broker.example/a%00b", "printable"),
        ("mqtts://broker.example/a%ff", "printable"),
        ("mqtts://broker.example:0/a", "expected mqtts"),
        ("mqtts://broker..example/a", "expected mqtts"),
        ("https://broker.example/a", "expected mqtts"),
        ("broker.example", "expected mqtts"),
    ],
)
def test_addresses_that_are_refused(url: str, wanted: str) -> None:
    with pytest.raises(InputError, match=wanted) as caught:
        parse_broker(url)
    assert "hunter2" not in str(caught.value)


def test_plain_to_others_only_where_it_is_allowed() -> None:
    assert parse_broker("mqtt://broker.example/x", plain=True).port == 1883


def test_a_topic_of_any_length_that_fits() -> None:
    assert checked_topic("é" * 32767)
    with pytest.raises(InputError):
        checked_topic("é" * 32768)
