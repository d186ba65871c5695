"""Addresses of Milvus galleries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from facemetric.errors import InputError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class MilvusAddress:
    """Where a gallery's collections are.

    Attributes
    ----------
    uri
        For pymilvus: ``http://host:19530``, or a file of Milvus Lite.
    file
        That file; `None` for a server.
    database
        The server's; empty for its default.
    token
        ``user:password`` or an API key; empty where there is none.
    prefix
        Of the collections' names.
    shown
        The address without the token.
    """

    uri: str
    file: Path | None
    database: str
    token: str
    prefix: str
    shown: str


def parse_address(address: str) -> MilvusAddress:
    """Return what an address means.

    ``milvus://host:19530/database?gallery=staff`` is a server, ``milvus:///folder/people-milvus.db``
    or ``milvus://./people-milvus.db`` a file of Milvus Lite. Without ``gallery`` it is *people*;
    ``?tls=1`` connects by TLS. User and password stand before the host.

    Raises
    ------
    InputError
        The gallery's name has other characters than small letters, digits and ``_``, or the
        file's name does not end in ``.db``, or the port is none.
    """
    parts = urlsplit(address)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    name = options.get("gallery", "people")
    if not _NAME.fullmatch(name):
        raise InputError(
            "a gallery's name has up to 40 small letters, digits and _, the first a letter",
            item=repr(name),
        )
    prefix = f"facemetric_{name}_"
    if parts.netloc in ("", "."):
        file = Path(f"{parts.netloc}{parts.path}")
        if file.suffix != ".db":
            raise InputError(
                "Milvus Lite wants a name that ends in .db", item=str(file), fix="Rename it"
            )
        shown = f"milvus://{file}?gallery={name}"
        # One file has one server in a process, whatever links lead to it.
        behind = file.resolve()
        file = behind if behind.suffix == ".db" else file.absolute()
        return MilvusAddress(str(file), file, "", "", prefix, shown)
    user, _, host = parts.netloc.rpartition("@")
    try:
        parts.port  # noqa: B018
    except ValueError as error:
        raise InputError(
            f"its port is none: {error}", item=f"milvus://{host}", fix="Milvus listens at 19530"
        ) from error
    scheme = "https" if options.get("tls") == "1" else "http"
    database = parts.path.strip("/")
    shown = f"milvus://{host}/{database}?gallery={name}"
    return MilvusAddress(f"{scheme}://{host}", None, database, user, prefix, shown)
