"""How many connections are answered: who comes beyond is told to come back."""

from __future__ import annotations

from collections.abc import Sized

from facemetric.service.problem import Problem

_COME_BACK_S = 5


class Crowd:
    """Bounds the connections of the server that runs the service.

    Attributes
    ----------
    connections
        Those that are open, as the server counts them; empty where another server runs the
        application, which has a bound of its own.
    most
        So many are answered.
    """

    def __init__(self) -> None:
        self.connections: Sized = ()
        self.most = 1000

    def check(self) -> None:
        """Raise a Problem 503, and have the connection closed, where there are too many."""
        if len(self.connections) > self.most:
            raise Problem(
                503,
                "busy",
                f"more than {self.most:,} connections are open",
                fix="Close those that are not used, and try again after the seconds in Retry-After",
                headers={"Retry-After": str(_COME_BACK_S), "Connection": "close"},
            )
