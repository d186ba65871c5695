"""Where an MQTT broker is, and the topic that events are published to."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from facemetric.errors import InputError
from facemetric.watch.sinks.this_machine import is_this_machine

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_LONGEST_TOPIC = 65535
_ITEM = "mqtt"


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker and a topic.

    Attributes
    ----------
    host, port
        Where it listens.
    tls
        Whether it is spoken to over TLS, its certificate checked.
    topic
        Where events go.
    """

    host: str
    port: int
    tls: bool
    topic: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}/{self.topic}"


def parse_broker(url: str, *, plain: bool = False) -> Broker:
    """Read ``mqtts://host[:port]/topic``; the port is 8883, of ``mqtt://`` 1883.

    Parameters
    ----------
    url
        The topic is what stands behind the first slash; ``%XX`` stands for a byte.
    plain
        Allow ``mqtt://`` to other machines.

    Raises
    ------
    InputError
        It is not such an address, the topic cannot be published to, or it holds a password.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        (host or "").encode("idna")
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if parts.scheme not in _PORTS or not host or port == 0:
        raise InputError("expected mqtts://host/topic or mqtt://host/topic", item=_ITEM)
    if parts.username or parts.password:
        raise InputError(
            "the address holds a user or a password, which others can read on a command line",
            item=_ITEM,
            fix="Write them into a file (--mqtt-login)",
        )
    if "?" in url or "#" in url:
        raise InputError(
            "a topic with ? or # in the address",
            item=_ITEM,
            fix="Write ? as %3F; # cannot be published to",
        )
    if parts.scheme == "mqtt" and not plain and not is_this_machine(host):
        raise InputError(
            "over mqtt:// names can be read on the way",
            item=_ITEM,
            fix="Use mqtts://, or allow it (--mqtt-plain)",
        )
    topic = checked_topic(unquote(parts.path[1:], errors="surrogateescape"))
    return Broker(host, port or _PORTS[parts.scheme], parts.scheme == "mqtts", topic)


def checked_topic(topic: str) -> str:
    """Return a topic that can be published to (MQTT 3.1.1, 4.7).

    Raises
    ------
    InputError
        It is empty, too long, not text, a pattern, or one of the broker's own.
    """
    try:
        length = len(topic.encode())
    except UnicodeEncodeError:
        length = 0
    if not 0 < length <= _LONGEST_TOPIC or not topic.isprintable():
        raise InputError(
            "expected a topic of printable text",
            item=_ITEM,
            fix="Name one: mqtts://broker.example/site/faces",
        )
    if "+" in topic or "#" in topic or topic.startswith("$"):
        raise InputError(
            f"expected a topic without + and #, and without $ in front, got {topic!r}",
            item=_ITEM,
            fix="Those are for patterns and for the broker itself: choose another",
        )
    return topic
