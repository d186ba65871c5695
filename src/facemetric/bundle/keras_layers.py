"""The layers of a functional Keras model: what each is fed from, and in which order they run."""

from __future__ import annotations

from collections import Counter
from typing import Any

from facemetric.bundle.keras_file import KerasFile


class KerasLayers:
    """Layers by name.

    Attributes
    ----------
    sources
        The names of the layers that feed each layer.

    Raises
    ------
    BundleError
        The configuration of a layer is incomplete, or a layer is used more than once.
    """

    def __init__(self, file: KerasFile) -> None:
        self._file = file
        self._layers: dict[str, dict[str, Any]] = {}
        self.sources: dict[str, list[str]] = {}
        try:
            for layer in file.layers:
                name = str(layer["config"]["name"])
                self._layers[name] = layer
                self.sources[name] = _inbound(layer["inbound_nodes"], file, name)
        except (AttributeError, KeyError, TypeError, IndexError) as error:
            raise file.bad(f"a layer's configuration is incomplete: {error!r}") from error
        self._uses = Counter(source for sources in self.sources.values() for source in sources)

    def kind(self, name: str) -> str:
        """Return the layer's class name."""
        return str(self._layers[name]["class_name"])

    def config(self, name: str) -> dict[str, Any]:
        """Return the layer's settings."""
        config: dict[str, Any] = self._layers[name]["config"]
        return config

    def only_user(self, name: str) -> str | None:
        """Return the layer that is fed from this one, or ``None`` where none or several are."""
        if self._uses[name] != 1 or name in self._file.outputs:
            return None
        return next(user for user, sources in self.sources.items() if name in sources)

    def ordered(self) -> list[str]:
        """Return the layers that the output needs, each after its sources."""
        order: list[str] = []
        state: dict[str, int] = {}
        stack = [self._file.outputs[0]]
        while stack:
            name = stack[-1]
            if name not in self.sources:
                raise self._file.bad(f"layer {name!r} is referred to and missing")
            waiting = [source for source in self.sources[name] if state.get(source) != 2]
            if state.get(name) == 2:
                stack.pop()
            elif not waiting:
                state[name] = 2
                order.append(stack.pop())
            elif any(state.get(source) == 1 for source in waiting):
                raise self._file.bad(f"layer {name!r} needs its own output")
            else:
                state[name] = 1
                stack.extend(waiting)
        return order


def _inbound(nodes: Any, file: KerasFile, name: str) -> list[str]:
    """Return the names of a layer's sources, of Keras 2's lists or Keras 3's tensors."""
    if len(nodes) > 1:
        raise file.bad(f"layer {name!r} is used {len(nodes)} times, which is not known here")
    if not nodes:
        return []
    if isinstance(nodes[0], list):
        return [str(entry[0]) for entry in nodes[0]]
    found: list[str] = []
    waiting = list(reversed(nodes[0]["args"]))
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        else:
            found.append(str(value["config"]["keras_history"][0]))
    return found
