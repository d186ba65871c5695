"""Where ``facemetric watch`` sends events besides standard output."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.output import complain
from facemetric.errors import SourceError

if TYPE_CHECKING:
    from facemetric.watch import Sink

MQTT_LOGIN = "FACEMETRIC_MQTT_LOGIN"
_SHORTEST_SECRET = 16

JsonlFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Also append events to a file as JSON.")
]
WebhookUrl = Annotated[
    str | None, typer.Option(metavar="URL", help="Also post events to an https:// address.")
]
WebhookSecret = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Sign what is posted with the secret in this file."),
]
WebhookPlain = Annotated[
    bool, typer.Option("--webhook-plain", help="Allow http:// to other machines.")
]
MqttUrl = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Also publish events to a broker, mqtts://host/topic or mqtt://host:1883/topic.",
    ),
]
MqttLogin = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        envvar=f"{MQTT_LOGIN}_FILE",
        help="The broker's user and password, on two lines. Without it: USER:PASSWORD in "
        f"{MQTT_LOGIN}, or none.",
        show_default=False,
    ),
]
MqttPlain = Annotated[bool, typer.Option("--mqtt-plain", help="Allow mqtt:// to other machines.")]
MqttStatus = Annotated[
    str | None,
    typer.Option(
        metavar="TOPIC",
        help="Say online and offline there, retained; offline also when the watch just vanishes.",
    ),
]


def open_sinks(
    *,
    jsonl: Path | None,
    webhook: str | None,
    webhook_secret: Path | None,
    webhook_plain: bool,
    mqtt: str | None,
    mqtt_login: Path | None,
    mqtt_plain: bool,
    mqtt_status: str | None,
) -> list[Sink]:
    """Return the sinks that are meant; where one is not to be had, none stays open."""
    from facemetric.watch import JsonLines, Mqtt, Webhook, parse_broker

    def tell(text: str) -> None:
        complain(f"watch: {text}")

    secret = read_secret(webhook_secret) if webhook_secret else None
    sinks: list[Sink] = []
    with ExitStack() as made:

        def keep(sink: Sink) -> None:
            made.callback(sink.close)
            sinks.append(sink)

        if jsonl is not None:
            keep(JsonLines.append_to(jsonl))
        if webhook is not None:
            keep(Webhook(webhook, secret=secret, plain=webhook_plain, tell=tell))
        if mqtt is not None:
            broker = parse_broker(mqtt, plain=mqtt_plain)
            login = read_login(mqtt_login)
            keep(Mqtt(broker, login=login, status_topic=mqtt_status, tell=tell))
        made.pop_all()
    return sinks


def read_secret(path: Path) -> bytes:
    """Return the secret in a file, without the line's end.

    Raises
    ------
    SourceError
        It cannot be read, or is too short to protect anything.
    """
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise SourceError(f"it cannot be read: {error.strerror}", item=str(path)) from None
    if len(secret) < _SHORTEST_SECRET:
        raise SourceError(
            f"expected a secret of {_SHORTEST_SECRET} bytes or more, got {len(secret)}",
            item=str(path),
            fix="Make one: openssl rand -hex 32",
        )
    return secret


def read_login(path: Path | None) -> tuple[str, str] | None:
    """Return user and password, of a file or of the environment; ``None`` where there are none.

    Raises
    ------
    SourceError
        The file cannot be read, or not both are there. What is there is not shown.
    """
    if path is None:
        text = os.environ.get(MQTT_LOGIN, "")
        if not text:
            return None
        user, separator, password = text.partition(":")
        item, wanted = MQTT_LOGIN, "USER:PASSWORD"
    else:
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8"
            raise SourceError(f"it cannot be read: {reason}", item=str(path)) from None
        user, separator, password = text.rstrip("\r\n").partition("\n")
        user = user.rstrip("\r")
        item, wanted = str(path), "the user on the first line, the password on the second"
    if not user or not separator or "\n" in password:
        raise SourceError(f"expected {wanted}", item=item)
    return user, password
