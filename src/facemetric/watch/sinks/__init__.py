"""Where the events of a watch go: lines of JSON, webhooks, whoever listens."""

from facemetric.watch.sinks.broadcast import Broadcast, Subscription, sse_message
from facemetric.watch.sinks.broker import Broker, parse_broker
from facemetric.watch.sinks.jsonl import JsonLines
from facemetric.watch.sinks.mqtt import Mqtt
from facemetric.watch.sinks.signature import sign, verify_signature
from facemetric.watch.sinks.sink import Sink
from facemetric.watch.sinks.webhook import Webhook

__all__ = [
    "Broadcast",
    "Broker",
    "JsonLines",
    "Mqtt",
    "Sink",
    "Subscription",
    "Webhook",
    "parse_broker",
    "sign",
    "sse_message",
    "verify_signature",
]
