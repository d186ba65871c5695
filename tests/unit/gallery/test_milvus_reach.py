"""Addresses at which there is no Milvus: told at once, with what was tried and the way out."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from facemetric.errors import GalleryError, InputError
from facemetric.gallery import Gallery

pytest.importorskip("pymilvus")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Something that hangs up on whoever calls."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            while True:
                try:
                    server.accept()[0].close()
                except OSError:
                    return

        threading.Thread(target=hang_up, daemon=True).start()
        yield server
        server.shutdown(socket.SHUT_RDWR)


def refused(address: str) -> GalleryError:
    with pytest.raises(GalleryError) as caught:
        Gallery.open(address, bundle="net-v1", dim=8, timeout_s=3)
    assert "secret" not in str(caught.value)
    return caught.value


def test_a_port_at_which_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    error = refused(f"milvus://me:secret@127.0.0.1:{port}/faces?gallery=staff")
    assert error.cause == f"nobody listens at 127.0.0.1, port {port}: Connection refused"
    assert error.item == f"milvus://127.0.0.1:{port}/faces?gallery=staff"
    assert error.fix is not None and error.fix.startswith("Start Milvus, or check the address")


def test_a_host_that_is_none() -> None:
    error = refused("milvus://no-such-host.invalid")
    assert error.cause.startswith("there is no host 'no-such-host.invalid'")


def test_one_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(where: tuple[str, int], *, timeout: float) -> socket.socket:
        assert where == ("milvus.example", 19530) and timeout == 3
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket, "create_connection", silent)
    error = refused("milvus://milvus.example")
    assert error.cause == "nobody answered at milvus.example, port 19530, within 3 s"


def test_what_listens_and_is_no_milvus(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    error = refused(f"milvus://127.0.0.1:{port}")
    assert error.cause.startswith(f"something listens at http://127.0.0.1:{port}, and is no Milvus")
    assert "19530" in str(error.fix)


def test_behind_a_proxy_the_way_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    from facemetric.gallery.milvus.address import parse_address
    from facemetric.gallery.milvus.reach import check_reachable

    check_reachable(parse_address("milvus://no-such-host.invalid"), timeout_s=1)


def test_a_port_that_is_none() -> None:
    with pytest.raises(InputError, match=r"milvus://127\.0\.0\.1:port: its port is none"):
        Gallery.open("milvus://me:secret@127.0.0.1:port")
