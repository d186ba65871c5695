"""Video to alerts: faces followed, looked up in a gallery, told of once for each visit."""

from facemetric.watch.eyes import Eyes
from facemetric.watch.frame import Frame
from facemetric.watch.looks import Looks
from facemetric.watch.roster import Roster
from facemetric.watch.session import Watch
from facemetric.watch.sinks import (
    Broadcast,
    Broker,
    JsonLines,
    Mqtt,
    Sink,
    Subscription,
    Webhook,
    parse_broker,
    sign,
    sse_message,
    verify_signature,
)
from facemetric.watch.source import Source, parse_source
from facemetric.watch.spread import DecideOn
from facemetric.watch.tracker import Tracker
from facemetric.watch.unknown import UnknownPolicy
from facemetric.watch.visits import Visits
from facemetric.watch.watcher import Watcher

__all__ = [
    "Broadcast",
    "Broker",
    "DecideOn",
    "Eyes",
    "Frame",
    "JsonLines",
    "Looks",
    "Mqtt",
    "Roster",
    "Sink",
    "Source",
    "Subscription",
    "Tracker",
    "UnknownPolicy",
    "Visits",
    "Watch",
    "Watcher",
    "Webhook",
    "parse_broker",
    "parse_source",
    "sign",
    "sse_message",
    "verify_signature",
]
