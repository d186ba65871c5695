"""``facemetric watch``: video to alerts."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.keys import KeyCommand, KeyFile, master_key
from facemetric.cli.options import (
    DEFAULT_BUNDLE,
    BundleName,
    Flip,
    GalleryAddress,
    Json,
    MinFace,
    Provider,
    ProviderName,
    Threshold,
)
from facemetric.cli.output import complain, guarded
from facemetric.cli.watch_sinks import (
    JsonlFile,
    MqttLogin,
    MqttPlain,
    MqttStatus,
    MqttUrl,
    WebhookPlain,
    WebhookSecret,
    WebhookUrl,
    open_sinks,
)
from facemetric.processors import session_threads

if TYPE_CHECKING:
    from facemetric.watch import Sink, Watch


class Unknown(StrEnum):
    """What is done about people who are not on the list."""

    ignored = "ignore"
    counted = "count"
    grouped = "group"


class DecideOn(StrEnum):
    """What of a face's shots is compared with the threshold."""

    mean = "mean"
    corrected = "corrected"


Watched = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE...",
        help="Videos: a file, camera:0, or an address such as rtsp://user:password@host/stream; "
        "NAME=SOURCE names one, @FILE reads a list of them, one on a line.",
        show_default=False,
    ),
]


@guarded
def watch(
    sources: Watched,
    gallery: GalleryAddress = None,
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    lists: Annotated[
        list[str] | None,
        typer.Option(
            "--list",
            metavar="GROUP",
            help="Whom to watch for: people in this group of the gallery. May be given again; "
            "without it, everybody in the gallery.",
            show_default=False,
        ),
    ] = None,
    stranger_risk: Annotated[
        float,
        typer.Option(
            min=0, max=1, help="Largest acceptable chance that a stranger's visit gives an alert."
        ),
    ] = 0.01,
    threshold: Threshold = None,
    decide_on: Annotated[
        DecideOn,
        typer.Option(
            help="Compare with the threshold: the mean of a face's shots, or that mean corrected "
            "for how unlike they are, as the bundle has measured it (misses fewer)."
        ),
    ] = DecideOn.mean,
    every: Annotated[int, typer.Option(min=1, help="Look for faces in every so many frames.")] = 5,
    dwell: Annotated[
        float, typer.Option(min=0, metavar="S", help="Alert after so many seconds in view.")
    ] = 0.0,
    cool_down: Annotated[
        float,
        typer.Option(min=0, metavar="S", help="A visit is over after so many seconds out of view."),
    ] = 30.0,
    min_shots: Annotated[
        int, typer.Option(min=1, max=8, help="Look a face up once it was seen so often.")
    ] = 3,
    looks: Annotated[int, typer.Option(min=1, help="Look one face up at most so often.")] = 5,
    unknown: Annotated[
        Unknown, typer.Option(help="People who are not on the list; nothing of them is stored.")
    ] = Unknown.ignored,
    jsonl: JsonlFile = None,
    webhook: WebhookUrl = None,
    webhook_secret: WebhookSecret = None,
    webhook_plain: WebhookPlain = False,
    mqtt: MqttUrl = None,
    mqtt_login: MqttLogin = None,
    mqtt_plain: MqttPlain = False,
    mqtt_status: MqttStatus = None,
    thumbnails: Annotated[
        bool,
        typer.Option(
            "--thumbnails", help="Put a picture of the face into alerts, but for those to a broker."
        ),
    ] = False,
    realtime: Annotated[
        bool,
        typer.Option("--realtime", help="Read files at their own speed, as if from a camera."),
    ] = False,
    started: Annotated[
        datetime | None,
        typer.Option(help="When a file's recording began, in UTC. Without it: now."),
    ] = None,
    give_up: Annotated[
        float | None,
        typer.Option(
            min=0,
            metavar="S",
            help="End a camera that has been away for so long. Without it: never.",
            show_default=False,
        ),
    ] = None,
    bundle: BundleName = DEFAULT_BUNDLE,
    min_face: MinFace = None,
    flip: Flip = True,
    provider: ProviderName = Provider.cpu,
    threads: Annotated[
        int, typer.Option(min=1, help="Threads for the networks; more help one source alone.")
    ] = 1,
    json_: Json = False,
) -> None:
    """Watch videos and cameras for the people of a list, and tell of each once a visit.

    With --json, each event is a document on a line of its own, the summary the last one. It goes on
    until every source has ended, or it is interrupted (Ctrl-C, SIGTERM).

    Example: facemetric watch entrance=rtsp://10.0.0.7/1 --gallery people.db --list staff
    """
    from facemetric.bundle import open_bundle
    from facemetric.cli.galleries import gallery_address, open_existing, shown_address
    from facemetric.cli.watching import Lines, read_watched
    from facemetric.embed import Embedder
    from facemetric.recognizer import default_detector
    from facemetric.watch import JsonLines, Watch
    from facemetric.wire.answers import to_json

    watched = read_watched(sources)
    embedder = Embedder(
        open_bundle(bundle), provider=provider.value, threads=session_threads(threads), flip=flip
    )
    detector = default_detector(min_face_px=min_face, provider=provider.value, threads=threads)
    key = master_key(key_file, key_command)
    with open_existing(gallery, key=key, read_only=True) as opened:
        sinks: list[Sink] = [JsonLines(sys.stdout) if json_ else Lines()]
        sinks += open_sinks(
            jsonl=jsonl,
            webhook=webhook,
            webhook_secret=webhook_secret,
            webhook_plain=webhook_plain,
            mqtt=mqtt,
            mqtt_login=mqtt_login,
            mqtt_plain=mqtt_plain,
            mqtt_status=mqtt_status,
        )
        session = Watch(
            detector,
            embedder,
            opened,
            watched,
            sinks=sinks,
            groups=lists or (),
            every=every,
            stranger_risk=stranger_risk,
            threshold=threshold,
            decide_on=decide_on.value,
            dwell_s=dwell,
            cool_down_s=cool_down,
            min_shots=min_shots,
            looks=looks,
            unknown=unknown.value,
            thumbnails=thumbnails,
            realtime=realtime,
            started=started.replace(tzinfo=UTC) if started else None,
            give_up_s=give_up,
            tell=lambda text: complain(f"watch: {text}"),
        )
        for name in lists or ():
            if name not in opened.groups():
                complain(f"watch: nobody is in group {name!r} yet")
        with _stopping(session):
            summary = session.run(gallery=shown_address(gallery_address(gallery)))
    if json_:
        print(to_json(summary, indent=None))
    else:
        Lines().end(summary)


@contextmanager
def _stopping(session: Watch) -> Iterator[None]:
    """Let the first signal end the watch in order, and the second at once."""

    def stop(number: int, _: object) -> None:
        session.stop(signal.Signals(number).name)
        signal.signal(number, before[signal.Signals(number)])

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, before[number])
