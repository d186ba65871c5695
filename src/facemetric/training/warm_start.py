"""Beginning with weights that were learnt before."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from safetensors.torch import save_file
from torch import Tensor, nn

from facemetric.bundle.manifest_file import MANIFEST_NAME, read_manifest
from facemetric.errors import DataError, InputError

WEIGHTS_NAME = "network.safetensors"
"""The network's weights, beside a bundle's graph and in a run's folder: there the last ones."""
BEST_NAME = "best.safetensors"
"""In a run's folder, the weights of the checkpoint that scored highest."""

_LAYERS = (nn.Linear, nn.Conv2d, nn.Conv1d)
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class WarmStart:
    """What a network took over.

    Attributes
    ----------
    loaded
        Names of the tensors that came from the source.
    drawn
        Names of those that stayed as they were drawn.
    """

    loaded: tuple[str, ...]
    drawn: tuple[str, ...]

    def __str__(self) -> str:
        text = f"{len(self.loaded)} tensors taken over"
        return f"{text}, {len(self.drawn)} newly drawn: {_some(self.drawn)}" if self.drawn else text


def warm_start(
    network: nn.Module, weights: Mapping[str, Tensor], *, redraw_last: bool = False
) -> WarmStart:
    """Copy weights into a network, all or none.

    Parameters
    ----------
    network
        Freshly drawn; what is not taken over stays so.
    weights
        From `read_weights`.
    redraw_last
        Leave the last layer (`last_layer`) as it was drawn; it may then have another shape.

    Returns
    -------
    WarmStart
        What was taken over.

    Raises
    ------
    DataError
        Names or shapes differ; every difference is counted and some are named.
    """
    own = network.state_dict()
    kept = _names_of_last(network) if redraw_last else frozenset()
    wanted = {name: tensor for name, tensor in own.items() if name not in kept}
    problems = []
    missing = sorted(set(wanted) - set(weights))
    if missing:
        problems.append(f"{len(missing)} tensors are missing ({_some(missing)})")
    unknown = sorted(set(weights) - set(own))
    if unknown:
        problems.append(f"{len(unknown)} are of another network ({_some(unknown)})")
    shapes = [
        f"{name} is {_size(weights[name])}, the network's {_size(tensor)}"
        for name, tensor in wanted.items()
        if name in weights and weights[name].shape != tensor.shape
    ]
    if shapes:
        problems.append(f"{len(shapes)} have another shape ({_some(shapes)})")
    if problems:
        raise DataError(
            "; ".join(problems),
            item="weights to start from",
            fix="Give the recipe the same backbone, options and dim"
            + ("" if redraw_last else ", or redraw_last where the last layer alone differs"),
        )
    network.load_state_dict({name: weights[name] for name in wanted}, strict=False)
    return WarmStart(tuple(wanted), tuple(name for name in own if name in kept))


def read_weights(source: str | Path) -> dict[str, Tensor]:
    """Return the weights of a run, of a bundle that was made of one, or of a file.

    Parameters
    ----------
    source
        A folder with ``network.safetensors``, or a ``.safetensors`` file.

    Raises
    ------
    DataError
        There is none, or it is damaged; in a bundle it must have the manifest's SHA-256.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    path = Path(source)
    if path.is_dir():
        path = path / WEIGHTS_NAME
    try:
        data = path.read_bytes()
        _check_digest(path, data)
        weights: dict[str, Tensor] = load(data)
    except FileNotFoundError as error:
        raise DataError(
            "no such file",
            item=str(path),
            fix="Only runs, and bundles that facemetric export made of one, can be started from; "
            "a graph alone can be a teacher (reference.bundle)",
        ) from error
    except (SafetensorError, OSError) as error:
        raise DataError(f"cannot be read: {error}", item=str(path)) from error
    return weights


def _check_digest(path: Path, data: bytes) -> None:
    """Raise DataError where a bundle's manifest beside the weights says that they are others."""
    if not (path.parent / MANIFEST_NAME).is_file():
        return
    known = read_manifest(path.parent / MANIFEST_NAME).checkpoint
    digest = hashlib.sha256(data).hexdigest()
    if known is not None and known.file == path.name and known.sha256 != digest:
        raise DataError(
            f"expected SHA-256 {known.sha256}, got {digest}",
            item=str(path),
            fix="The file was changed or damaged: export or copy the bundle again",
        )


def last_layer(network: nn.Module) -> tuple[nn.Module, ...]:
    """Return the last linear or convolution layer and the norms behind it, in their order.

    This is what gives the embedding; backbones register their layers in the order of use.

    Raises
    ------
    InputError
        The network has neither.
    """
    modules = [module for module in network.modules() if _own_tensors(module)]
    places = [place for place, module in enumerate(modules) if isinstance(module, _LAYERS)]
    if not places:
        raise InputError(
            f"{type(network).__name__} has no linear or convolution layer", item="network"
        )
    return tuple(modules[places[-1] :])


def _names_of_last(network: nn.Module) -> frozenset[str]:
    last = {id(module) for module in last_layer(network)}
    return frozenset(
        f"{prefix}.{name}" if prefix else name
        for prefix, module in network.named_modules()
        if id(module) in last
        for name in _own_tensors(module)
    )


def _own_tensors(module: nn.Module) -> list[str]:
    """Return the names of the parameters and buffers that belong to a module itself."""
    named = (*module.named_parameters(recurse=False), *module.named_buffers(recurse=False))
    return [name for name, _ in named]


def _size(tensor: Tensor) -> str:
    return " × ".join(map(str, tensor.shape)) or "a number"


def _some(names: list[str] | tuple[str, ...]) -> str:
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def all_but_last(network: nn.Module) -> tuple[nn.Parameter, ...]:
    """Return the parameters in front of the `last_layer`."""
    last = {id(one) for layer in last_layer(network) for one in layer.parameters()}
    return tuple(one for one in network.parameters() if id(one) not in last)


def write_weights(folder: Path, network: nn.Module, *, name: str = WEIGHTS_NAME) -> None:
    """Write weights into a run's folder, whole or not at all."""
    weights = {
        name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()
    }
    half = folder / f".{name}.part"
    save_file(weights, half)
    half.replace(folder / name)
