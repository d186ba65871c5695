"""Where the events of a watch go: lines of JSON, webhooks, whoever listens."""

from facemetric.watch.sinks.broadcast import Broadcast, Subscription, sse_message
from facemetric.watch.sinks.jsonl import JsonLines
from facemetric.watch.sinks.signature import sign, verify_signature
from facemetric.watch.sinks.sink import Sink
from facemetric.watch.sinks.webhook import Webhook

__all__ = [
    "Broadcast",
    "JsonLines",
    "Sink",
    "Subscription",
    "Webhook",
    "sign",
    "sse_message",
    "verify_signature",
]
