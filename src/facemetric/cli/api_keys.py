"""``facemetric keys``: who may use the service."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from facemetric.cli.options import Json
from facemetric.cli.output import complain, guarded, print_json, table
from facemetric.cli.serve import ApiKeys, api_keys

if TYPE_CHECKING:
    from facemetric.service.keys import Key
    from facemetric.service.keystore import KeyStore

app = typer.Typer(help="Make, list, rotate and revoke API keys of the service.")

KeyId = Annotated[str, typer.Argument(metavar="KEY", help="A key's id, from keys list.")]
_TIME = "%Y-%m-%d %H:%M"


class ScopeName(StrEnum):
    """What a key may do; admin includes the others."""

    read = "read"
    enrol = "enrol"
    admin = "admin"


@app.command()
@guarded
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the key is for.")],
    scope: Annotated[list[ScopeName], typer.Option(help="What it may do; may come several times.")],
    gallery: Annotated[
        list[str] | None,
        typer.Option(
            "--gallery",
            "-g",
            metavar="NAME",
            help="For this gallery alone; may come again.",
            show_default="all",
        ),
    ] = None,
    days: Annotated[
        float | None,
        typer.Option(min=0.001, max=36500, help="Days until it expires.", show_default="never"),
    ] = None,
    per_minute: Annotated[
        int | None,
        typer.Option(min=1, help="Requests that it may make a minute.", show_default="no limit"),
    ] = None,
    keys: ApiKeys = None,
    json_: Json = False,
) -> None:
    """Make a key and print its secret, which is kept nowhere.

    Example: facemetric keys new "front door" --scope read --gallery staff --days 365
    """
    from facemetric.service.names import check_gallery_name, check_key_name

    check_key_name(name, item="NAME")  # before a file is made
    for one in gallery or ():
        check_gallery_name(one, item="--gallery")
    with _opened(keys, create=True) as store:
        key, secret = store.new(
            name,
            scopes=[one.value for one in scope],
            galleries=gallery or None,
            expires=datetime.now(UTC) + timedelta(days=days) if days else None,
            per_minute=per_minute,
        )
    _print_secret(key, secret, json_=json_)


@app.command("list")
@guarded
def list_keys(keys: ApiKeys = None, json_: Json = False) -> None:
    """List all keys, the revoked ones too.

    Example: facemetric keys list
    """
    with _opened(keys) as store:
        found = store.list()
    _print_keys(found, json_=json_)


@app.command()
@guarded
def rotate(
    key: KeyId,
    grace_h: Annotated[
        float, typer.Option(min=0, max=720, help="Hours for which the old secret is still taken.")
    ] = 0.0,
    keys: ApiKeys = None,
    json_: Json = False,
) -> None:
    """Give a key another secret; a running service takes it at once.

    Example: facemetric keys rotate 3fa81c20 --grace-h 24
    """
    with _opened(keys) as store:
        turned, secret = store.rotate(key, grace=timedelta(hours=grace_h))
    _print_secret(turned, secret, json_=json_)


@app.command()
@guarded
def revoke(key: KeyId, keys: ApiKeys = None, json_: Json = False) -> None:
    """End a key at once and for good.

    Example: facemetric keys revoke 3fa81c20
    """
    with _opened(keys) as store:
        revoked = store.revoke(key)
    _print_keys([revoked], json_=json_)


def _opened(given: ApiKeys, *, create: bool = False) -> KeyStore:
    from facemetric.service.keystore import KeyStore

    path = api_keys(given)
    if given is None and create:
        path.parent.mkdir(parents=True, exist_ok=True)
    store = KeyStore(path, create=create)
    if store.is_new:
        complain(f"new file of API keys: {path.absolute()}")
    return store


def _print_secret(key: Key, secret: str, *, json_: bool) -> None:
    if json_:
        from facemetric.service.keydocuments import key_document
        from facemetric.wire import NewKeyOut

        print_json(NewKeyOut(key=key_document(key), secret=secret))
        return
    print(f"key {key.id} ({key.name}): {_may(key)}")
    print(secret)


def _print_keys(keys: list[Key], *, json_: bool) -> None:
    if json_:
        from facemetric.service.keydocuments import key_document
        from facemetric.wire import KeysOut

        print_json(KeysOut(keys=tuple(map(key_document, keys))))
        return
    now = datetime.now(UTC)
    rows = [(key.id, key.name, _may(key), _state(key, now)) for key in keys]
    table(rows, ("id", "name", "may", "state"))


def _may(key: Key) -> str:
    where = "all galleries" if key.galleries is None else ", ".join(sorted(key.galleries))
    return f"{', '.join(sorted(key.scopes))} in {where}"


def _state(key: Key, at: datetime) -> str:
    if key.revoked is not None:
        return f"revoked {key.revoked.strftime(_TIME)}"
    if key.expires is None:
        return "valid"
    return f"{'valid until' if key.lives(at) else 'expired'} {key.expires.strftime(_TIME)}"
