"""Mixed precision: where the network computes in 16 bits, and how its gradients are kept alive."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import torch

from facemetric.errors import ProviderError

_DTYPES = {"float32": None, "bfloat16": torch.bfloat16, "float16": torch.float16}


class Precision:
    """Autocast around the network and, for float16, a scaler of the loss.

    Losses are computed in float32 whatever this says. Micikevicius et al., "Mixed precision
    training", 2018.

    Parameters
    ----------
    name
        ``"float32"``, ``"bfloat16"`` or ``"float16"``.
    device
        Where it is computed.
    group
        The processes that train together: what overflows in one of them is skipped by all.

    Raises
    ------
    ProviderError
        The GPU has no bfloat16.
    """

    def __init__(self, name: str, device: torch.device, *, group: Any = None) -> None:
        self._dtype = _DTYPES[name]
        self._device = device
        if (
            self._dtype is torch.bfloat16
            and device.type == "cuda"
            and not torch.cuda.is_bf16_supported()
        ):
            raise ProviderError(
                "this GPU has no bfloat16", item="run.precision", fix="Use float16 or float32"
            )
        scaled = self._dtype is torch.float16
        if scaled and group is not None:
            from torch.distributed.fsdp.sharded_grad_scaler import ShardedGradScaler

            self.scaler = ShardedGradScaler(device.type, process_group=group)
        else:
            self.scaler = torch.amp.GradScaler(device.type, enabled=scaled)

    def autocast(self) -> AbstractContextManager[Any]:
        """Return the context in which the network runs."""
        context: AbstractContextManager[Any] = torch.autocast(
            self._device.type, self._dtype or torch.bfloat16, enabled=self._dtype is not None
        )
        return context

    def state(self) -> dict[str, Any]:
        """Return the scaler's state, plain numbers."""
        return dict(self.scaler.state_dict())

    def load(self, state: dict[str, Any]) -> None:
        """Go on from `state`."""
        if state:
            self.scaler.load_state_dict(state)
