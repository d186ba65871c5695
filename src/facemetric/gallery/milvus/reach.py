"""What an address reaches: whether anybody listens there, and whether two mean one place."""

from __future__ import annotations

import socket
from contextlib import suppress
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from facemetric.errors import GalleryError
from facemetric.gallery.milvus.address import MilvusAddress

CONNECT_S = 10.0
PORT = 19530


def check_reachable(address: MilvusAddress, *, timeout_s: float) -> None:
    """Connect and hang up, or raise GalleryError: pymilvus would wait in silence."""
    parts = urlsplit(address.uri)
    host, port = parts.hostname or "", parts.port or PORT
    if getproxies() and not proxy_bypass(host):
        return  # gRPC goes by the proxy, which alone may know the way
    try:
        socket.create_connection((host, port), timeout=timeout_s).close()
    except socket.gaierror as error:
        raise GalleryError(
            f"there is no host {host!r}: {error.strerror}",
            item=address.shown,
            fix="Check the address: milvus://host:19530/database?gallery=name",
        ) from error
    except TimeoutError as error:
        raise GalleryError(
            f"nobody answered at {host}, port {port}, within {timeout_s:g} s",
            item=address.shown,
            fix="Check the address, and that no firewall is between",
        ) from error
    except OSError as error:
        raise GalleryError(
            f"nobody listens at {host}, port {port}: {error.strerror or error}",
            item=address.shown,
            fix="Start Milvus, or check the address: milvus://host:19530/database?gallery=name",
        ) from error


def place_of(address: MilvusAddress) -> str:
    """Return the same for every spelling of an address: links, names of a host, its usual port."""
    if address.file is not None:
        about = address.file.stat()
        return f"file {about.st_dev}:{about.st_ino} {address.prefix}"
    parts = urlsplit(address.uri)
    host = parts.hostname or ""
    with suppress(OSError):
        host = socket.gethostbyname(host)
    where = f"{host}:{parts.port or PORT}"
    return f"{where} {address.database or 'default'} {address.prefix}"
