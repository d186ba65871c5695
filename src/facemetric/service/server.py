"""The service as a process: the address, the keys that must be there, a graceful end."""

from __future__ import annotations

import ipaddress
import logging
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from threadpoolctl import threadpool_limits

from facemetric.errors import AccessError, InputError, ServiceError
from facemetric.service.app import create_app
from facemetric.service.connection import Connection
from facemetric.service.events import JsonLines, log
from facemetric.service.keystore import KeyStore
from facemetric.service.service import Service
from facemetric.service.settings import Settings

KEEP_ALIVE_S = 20
_STOP_MARGIN_S = 5


@dataclass(frozen=True, slots=True)
class Address:
    """Where a service listens; with a certificate it speaks TLS. Port 0: any that is free."""

    host: str = "127.0.0.1"
    port: int = 8000
    certificate: Path | None = None
    private_key: Path | None = None

    @property
    def loopback(self) -> bool:
        """Whether nobody outside this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def open_keys(settings: Settings, address: Address) -> tuple[KeyStore, str | None]:
    """Return the keys of a service; where there are none, on loopback alone, one for this run.

    Returns
    -------
    tuple
        The keys, and the secret of the one-time key, ``None`` where there are others.

    Raises
    ------
    AccessError
        There is no usable key and the address can be reached from outside.
    """
    if settings.keys is not None and settings.keys.exists():
        store = KeyStore(settings.keys)
        if store.living():
            return store, None
        store.close()
    if not address.loopback:
        raise AccessError(
            "others can reach this address, and there is no API key",
            item=address.host,
            fix="Make one with facemetric keys new, or listen on 127.0.0.1",
        )
    store = KeyStore(None)
    _, secret = store.new("one-time key of this run", scopes=["admin"])
    return store, secret


def serve(settings: Settings, address: Address, *, tell: Callable[[str, str | None], None]) -> None:
    """Serve until a signal ends it; requests in work are finished first.

    Parameters
    ----------
    settings
        How the service is set up.
    address
        Where it listens.
    tell
        Called with the URL and the one-time key, if any, once requests are answered.

    Raises
    ------
    AccessError
        No key, and an address that others can reach.
    ServiceError
        The address cannot be used.
    InputError
        A private key came without its certificate.
    FacemetricError
        The bundle or a gallery cannot be opened.
    """
    keys, secret = open_keys(settings, address)
    app = create_app(settings, keys=keys)
    config = uvicorn.Config(
        app,
        http=Connection,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="on",
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=int(settings.limits.deadline_s) + _STOP_MARGIN_S,
        ssl_certfile=address.certificate,
        ssl_keyfile=address.private_key,
    )
    _load(config, address)
    with _listen(address) as listening:
        _log_as_json()
        if secret is not None:
            looked_in = None if settings.keys is None else str(settings.keys.absolute())
            log(logging.WARNING, "no key can be used: one for this run", file=looked_in)
        # Workers compute side by side: BLAS threads of each would only wait for each other.
        threadpool_limits(1, user_api="blas")
        # Here, where an error has words, and not in the server's start, where it is a trace. Who
        # comes meanwhile waits.
        app.state.service.start()
        host, port = listening.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        scheme = "https" if address.certificate else "http"
        # Once all is done the server raises the signal that ended it again: that is no failure.
        signal.signal(signal.SIGTERM, lambda number, frame: None)
        url = f"{scheme}://{shown}:{port}"
        TellingServer(config, app.state.service, lambda: tell(url, secret)).run([listening])


def _load(config: uvicorn.Config, address: Address) -> None:
    if address.certificate is None and address.private_key is not None:
        raise InputError(
            "a private key came without its certificate",
            item=str(address.private_key),
            fix="Name the certificate chain too: --tls-certificate FILE",
        )
    try:
        config.load()
    except OSError as error:  # ssl.SSLError is one
        raise ServiceError(
            f"the certificate or its key cannot be used: {error.strerror or error}",
            item=str(address.certificate),
            fix="Name a PEM file with the chain, and its private key without a password",
        ) from error


class TellingServer(uvicorn.Server):
    """Says when it answers, and lets the service know when it stops to."""

    def __init__(self, config: uvicorn.Config, service: Service, tell: Callable[[], None]) -> None:
        super().__init__(config)
        self._service = service
        self._tell = tell
        # uvicorn's own bound answers in plain text, without the time to come back.
        service.crowd.connections = self.server_state.connections

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        if not self.should_exit:
            self._tell()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Have streams end, which would go on for ever, then wait for what is in work."""
        self._service.state = "stopping"
        await super().shutdown(sockets)


def _listen(address: Address) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        return socket.create_server((address.host, address.port), family=family, backlog=1024)
    except OSError as error:
        raise ServiceError(
            f"cannot listen on port {address.port}: {error.strerror or error}",
            item=address.host,
            fix="Name another --port or --host",
        ) from error


def _log_as_json() -> None:
    """Send the log to standard error, one JSON object a line."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    for name, level in (("facemetric.service", logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False
