"""``facemetric serve``: recognition over HTTP."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from facemetric.cli.keys import KeyCommand, KeyFile, master_key
from facemetric.cli.options import (
    DEFAULT_BUNDLE,
    BundleName,
    Flip,
    Json,
    MinFace,
    Provider,
    ProviderName,
)
from facemetric.cli.output import guarded, print_json
from facemetric.errors import DependencyError, InputError
from facemetric.processors import usable_processors

ApiKeys = Annotated[
    Path | None,
    typer.Option(
        "--keys",
        metavar="FILE",
        envvar="FACEMETRIC_API_KEYS",
        help="The file of API keys. Without it: api-keys.db in the user's data folder.",
        show_default=False,
    ),
]
Galleries = Annotated[
    list[str] | None,
    typer.Option(
        "--gallery",
        "-g",
        metavar="[NAME=]ADDRESS",
        help="A gallery and its name in the API, main where it has none; may come several times. "
        "Without it: FACEMETRIC_GALLERY, or people.db in the user's data folder.",
        show_default=False,
    ),
]


@guarded
def serve(
    gallery: Galleries = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8000,
    keys: ApiKeys = None,
    audit: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Enter who did what into this audit log."),
    ] = None,
    events: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[NAME=]FILE", help="Show the events that watch --jsonl writes into this file."
        ),
    ] = None,
    reports: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Show the evaluation reports that lie in this folder."),
    ] = None,
    keep_portraits: Annotated[
        bool,
        typer.Option(
            "--keep-portraits",
            help="Let those who enrol ask for a small picture of the face to be kept.",
        ),
    ] = False,
    key_file: KeyFile = None,
    key_command: KeyCommand = None,
    bundle: BundleName = DEFAULT_BUNDLE,
    min_face: MinFace = None,
    flip: Flip = True,
    provider: ProviderName = Provider.cpu,
    detectors: Annotated[
        int | None,
        typer.Option(
            min=1, max=256, help="Photographs searched for faces at a time.", show_default="cores"
        ),
    ] = None,
    embedding_threads: Annotated[
        int | None,
        typer.Option(
            min=1, max=256, help="Threads of the embedding network.", show_default="half the cores"
        ),
    ] = None,
    queue: Annotated[
        int, typer.Option(min=1, help="Requests with photographs in work or waiting; then 429.")
    ] = 64,
    deadline: Annotated[
        float, typer.Option(min=0.1, help="Seconds until a request without an answer gets 504.")
    ] = 30.0,
    body_mb: Annotated[float, typer.Option(min=0.01, help="Largest request, in megabytes.")] = 20.0,
    bodies_mb: Annotated[
        float, typer.Option(min=0.01, help="All requests at a time, in megabytes; then 429.")
    ] = 1000.0,
    tls_certificate: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Speak TLS, with this certificate chain.")
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The certificate's private key.")
    ] = None,
    json_: Json = False,
) -> None:
    """Serve recognition over HTTP: enrol, identify, compare, search; see /v1/openapi.json.

    Nothing is open: every request needs an API key (facemetric keys new). Without any, only an
    address of this machine alone is served, with a key that is printed and ends with the run.

    Example: facemetric serve --gallery staff=people.db --port 8000
    """
    try:
        from facemetric.service import Limits, Settings
        from facemetric.service.server import Address
        from facemetric.service.server import serve as run
    except ImportError as error:
        raise DependencyError(
            f"{error.name} is needed and not installed",
            fix='Install it: pip install "facemetric[serve]"',
        ) from error
    from facemetric.cli.galleries import check_folder, shown_address
    from facemetric.wire import ServeOut

    galleries = named_galleries(gallery)
    for address in galleries.values():
        check_folder(address)
    cores = usable_processors()
    settings = Settings(
        galleries=galleries,
        bundle=bundle,
        keys=api_keys(keys),
        audit=audit,
        events={name: Path(file) for name, file in named(events or [], "--events").items()},
        reports=reports,
        master_key=master_key(key_file, key_command),
        keep_portraits=keep_portraits,
        flip=flip,
        min_face_px=min_face,
        provider=provider.value,
        detectors=detectors or cores,
        embedding_threads=embedding_threads or max(1, cores // 2),
        limits=Limits(
            queue=queue,
            deadline_s=deadline,
            body_bytes=int(body_mb * 1e6),
            bodies_bytes=int(bodies_mb * 1e6),
        ),
    )
    shown = {name: shown_address(address) for name, address in galleries.items()}

    def tell(url: str, key: str | None) -> None:
        if json_:
            print_json(ServeOut(url=url, key=key, galleries=shown))
            sys.stdout.flush()
            return
        print(f"serving {', '.join(shown)} on {url}", flush=True)
        if key is not None:
            print(f"one-time key, for this run alone: {key}", flush=True)

    run(settings, Address(host, port, tls_certificate, tls_key), tell=tell)


def api_keys(given: Path | None) -> Path:
    """Return the file of API keys that was named, or the one in the user's data folder."""
    if given is not None:
        return given
    from facemetric.bundle import data_folder

    return data_folder() / "api-keys.db"


def named_galleries(given: list[str] | None) -> dict[str, str]:
    """Return addresses of galleries by their names."""
    from facemetric.cli.galleries import gallery_address

    if not given:
        # Not the option's own: typer would split it where a path has a space.
        return {"main": gallery_address(os.environ.get("FACEMETRIC_GALLERY"))}
    return named(given, "--gallery")


def named(given: list[str], option: str) -> dict[str, str]:
    """Return the values of ``NAME=VALUE`` by their names; one without a name is ``main``."""
    values: dict[str, str] = {}
    for one in given:
        name, separator, value = one.partition("=")
        # postgresql://host/faces?sslmode=require has an equals sign of its own.
        if not separator or "/" in name or "\\" in name:
            name, value = "main", one
        if not value:
            raise InputError("expected a value behind the name", item=f"{option} {one}")
        if name in values:
            raise InputError(f"two are called {name!r}", item=option)
        values[name] = value
    return values
