"""Events to an MQTT broker: each acknowledged, never in the way of the watch."""

from __future__ import annotations

import random
import ssl
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from facemetric.errors import DependencyError
from facemetric.watch.sinks.answer import Answer
from facemetric.watch.sinks.broker import Broker, checked_topic
from facemetric.watch.sinks.outbox import Outbox, no_tell
from facemetric.wire.answers import to_json
from facemetric.wire.watch import DeliveryOut, WatchAlertOut, WatchEvent

if TYPE_CHECKING:
    from paho.mqtt.client import Client

_KEEPALIVE_S = 30
_LONGEST_WAIT_S = 60
_TICK_S = 0.1
_END_S = 2.0
_SILENT = "the broker does not acknowledge"
ONLINE, OFFLINE = "online", "offline"


class Mqtt:
    """Publishes each event as JSON with QoS 1, not retained, in order.

    An event is delivered once the broker has acknowledged it; one that is not acknowledged in time
    is published again over a new connection, so that it may come twice, with the same id. While
    there is no connection events wait; the oldest go when there are too many. A lost connection is
    made again with doubled waits. Pictures of faces are left out: a broker hands on to whoever
    listens. MQTT 3.1.1 (OASIS, 2014).

    Parameters
    ----------
    broker
        From ``parse_broker``.
    login
        User and password.
    status_topic
        Says ``online``, and ``offline`` once the watch has ended or is gone (a last will);
        retained. ``None``: nothing is said.
    waiting
        How many events may wait.
    attempts
        How often one is published, at most; without a connection, it waits for as long as it takes.
    timeout_s
        For connecting, and for an acknowledgement.
    drain_s
        How long ``close`` goes on delivering.
    tell
        Told when nothing is delivered any more, and when it is again; from another thread.
    rng
        Draws the jitter of the waits.

    Raises
    ------
    DependencyError
        paho-mqtt is not installed.
    InputError
        The status topic cannot be published to.
    """

    def __init__(
        self,
        broker: Broker,
        *,
        login: tuple[str, str] | None = None,
        status_topic: str | None = None,
        waiting: int = 1000,
        attempts: int = 8,
        timeout_s: float = 10.0,
        drain_s: float = 5.0,
        tell: Callable[[str], None] = no_tell,
        rng: random.Random | None = None,
    ) -> None:
        self._broker = broker
        self._login = login
        self._status_topic = None if status_topic is None else checked_topic(status_topic)
        self._timeout_s = timeout_s
        self._context = ssl.create_default_context() if broker.tls else None
        self._connected = threading.Event()
        self._outbox = Outbox(
            str(broker),
            self._publish,
            tell=tell,
            waiting=waiting,
            attempts=attempts,
            drain_s=drain_s,
            end_s=_END_S,
            rng=rng,
        )
        self._client = self._configured()
        self._begin()
        self._outbox.start()

    def send(self, event: WatchEvent) -> None:
        """Leave an event to be published."""
        self._outbox.send(event)

    def close(self) -> None:
        """Deliver what waits, for ``drain_s`` at most; the rest counts as dropped."""
        self._outbox.close()
        if self._status_topic is not None and self._connected.is_set():
            self._say(self._client, OFFLINE)
        self._end(self._client)

    def delivery(self) -> DeliveryOut:
        """Say what became of the events so far."""
        return self._outbox.delivery()

    def _publish(self, event: WatchEvent, hurry: threading.Event) -> Answer:
        while not self._connected.wait(_TICK_S):
            if hurry.is_set():
                return Answer(reason="no connection")
        if isinstance(event, WatchAlertOut):
            event = event.model_copy(update={"thumbnail_jpeg": None})
        sent = self._client.publish(self._broker.topic, to_json(event, indent=None), qos=1)
        end_s = time.monotonic() + self._timeout_s
        try:
            # paho sends it again by itself where the connection is lost and made again meanwhile.
            while not sent.is_published():
                if hurry.is_set():
                    return Answer(reason=_SILENT)
                if time.monotonic() >= end_s:
                    self._begin_anew()
                    return Answer(again=True, reason=_SILENT)
                sent.wait_for_publish(_TICK_S)
        except RuntimeError:  # paho's word for: no connection, at the moment of publishing
            self._begin_anew()
            return Answer(again=True, counts=False, reason="the connection was lost")
        return Answer(delivered=True)

    def _begin(self) -> None:
        """Connect, again and again where it must be, from a thread of the client's own."""
        self._client.connect_async(self._broker.host, self._broker.port, keepalive=_KEEPALIVE_S)
        self._client.loop_start()

    def _begin_anew(self) -> None:
        """Take a new client: the old one would go on sending what is tried again or given up."""
        before, self._client = self._client, self._configured()
        self._end(before)
        self._begin()

    def _configured(self) -> Client:
        mqtt = _paho()
        client: Client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id=f"facemetric-{uuid4().hex[:12]}"
        )
        client.connect_timeout = self._timeout_s
        client.reconnect_delay_set(1, _LONGEST_WAIT_S)
        if self._context is not None:
            client.tls_set_context(self._context)
        if self._login is not None:
            client.username_pw_set(*self._login)
        if self._status_topic is not None:
            client.will_set(self._status_topic, OFFLINE, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        return client

    def _say(self, client: Client, status: str) -> None:
        assert self._status_topic is not None
        # QoS 0: what waits for an acknowledgement would pile up over many connections.
        client.publish(self._status_topic, status, qos=0, retain=True)

    def _on_connect(self, client: Client, _: Any, flags: Any, code: Any, properties: Any) -> None:
        if client is not self._client:
            return
        if code.is_failure:
            self._outbox.trouble(f"the broker refuses: {code}")
            return
        if self._status_topic is not None:
            self._say(client, ONLINE)
        self._connected.set()

    def _on_connect_fail(self, client: Client, _: Any) -> None:
        if client is not self._client:
            return
        error = sys.exc_info()[1]  # paho calls while it handles it, and says nothing else of it
        self._outbox.trouble(getattr(error, "strerror", None) or str(error or "no connection"))

    def _on_disconnect(
        self, client: Client, _: Any, flags: Any, code: Any, properties: Any
    ) -> None:
        if client is not self._client:
            return
        if self._connected.is_set() and code.is_failure:
            self._outbox.trouble(f"the connection was lost: {code}")
        self._connected.clear()

    def _end(self, client: Client) -> None:
        """Let a client go; its thread may still be connecting, and is left behind then."""
        self._connected.clear()
        client.disconnect()
        ending = threading.Thread(target=client.loop_stop, name="mqtt-end", daemon=True)
        ending.start()
        ending.join(_END_S)


def _paho() -> Any:
    try:
        import paho.mqtt.client
    except ImportError:
        raise DependencyError(
            "publishing to MQTT needs paho-mqtt",
            item="paho-mqtt",
            fix='Install it: pip install "facemetric[watch]"',
        ) from None
    return paho.mqtt.client
