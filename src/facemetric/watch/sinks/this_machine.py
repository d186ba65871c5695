"""Whether what is sent to a host stays on this machine."""

from __future__ import annotations

import ipaddress


def is_this_machine(host: str) -> bool:
    """Tell whether a host is this machine: a loopback address, or ``localhost``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
