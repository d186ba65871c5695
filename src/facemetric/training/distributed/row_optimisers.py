"""SGD and AdamW that touch only the rows that a sparse gradient holds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from facemetric.errors import InputError

# 4 MB of float32.
_BLOCK_NUMBERS = 1 << 20


class RowSGD(torch.optim.SGD):
    """SGD; of a parameter with a sparse gradient it updates those rows and their momentum alone.

    Rows that a step did not use keep weight and momentum: no decay, no drift, as Partial FC's
    authors do (An et al. 2022). Parameters with dense gradients are updated as by
    ``torch.optim.SGD``, whose arguments these are.

    Raises
    ------
    InputError
        ``dampening`` or ``maximize``, with a sparse gradient.
    """

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient."""
        with _rows_apart(self, self._update_rows):
            return super().step(closure)

    def _update_rows(self, parameter: nn.Parameter, group: dict[str, Any]) -> None:
        _refuse(group, "dampening", "maximize")
        momentum, state = group["momentum"], self.state[parameter]
        if momentum and state.get("momentum_buffer") is None:
            state["momentum_buffer"] = torch.zeros_like(parameter)
        for rows, gradient in _blocks(parameter):
            held = parameter.index_select(0, rows)
            if group["weight_decay"]:
                gradient = torch.add(gradient, held, alpha=group["weight_decay"])
            if momentum:
                buffer = state["momentum_buffer"]
                moved = buffer.index_select(0, rows).mul_(momentum).add_(gradient)
                buffer.index_copy_(0, rows, moved)
                nesterov = group["nesterov"]
                gradient = torch.add(gradient, moved, alpha=momentum) if nesterov else moved
            parameter.index_copy_(0, rows, held.sub_(gradient, alpha=group["lr"]))


class RowAdamW(torch.optim.AdamW):
    """AdamW; of a parameter with a sparse gradient it updates those rows and their moments alone.

    The correction of the moments' bias counts the parameter's steps, not a row's, as
    ``torch.optim.SparseAdam`` does. Parameters with dense gradients are updated as by
    ``torch.optim.AdamW``, whose arguments these are.

    Raises
    ------
    InputError
        ``amsgrad`` or ``maximize``, with a sparse gradient.
    """

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient."""
        with _rows_apart(self, self._update_rows):
            return super().step(closure)

    def _update_rows(self, parameter: nn.Parameter, group: dict[str, Any]) -> None:
        _refuse(group, "amsgrad", "maximize")
        state = self.state[parameter]
        if not state:
            state["step"] = torch.tensor(0.0)
            state["exp_avg"] = torch.zeros_like(parameter)
            state["exp_avg_sq"] = torch.zeros_like(parameter)
        state["step"] += 1
        step, lr, (fast, slow) = state["step"].item(), group["lr"], group["betas"]
        for rows, gradient in _blocks(parameter):
            mean = state["exp_avg"].index_select(0, rows).lerp_(gradient, 1 - fast)
            square = state["exp_avg_sq"].index_select(0, rows)
            square.mul_(slow).addcmul_(gradient, gradient, value=1 - slow)
            state["exp_avg"].index_copy_(0, rows, mean)
            state["exp_avg_sq"].index_copy_(0, rows, square)
            spread = square.sqrt_().div_(math.sqrt(1 - slow**step)).add_(group["eps"])
            held = parameter.index_select(0, rows).mul_(1 - lr * group["weight_decay"])
            held.addcdiv_(mean, spread, value=-lr / (1 - fast**step))
            parameter.index_copy_(0, rows, held)


@contextmanager
def _rows_apart(
    optimiser: torch.optim.Optimizer, update: Callable[[nn.Parameter, dict[str, Any]], None]
) -> Iterator[None]:
    """Update parameters with sparse gradients, and hide these from what follows."""
    hidden: list[tuple[nn.Parameter, Tensor]] = []
    for group in optimiser.param_groups:
        for parameter in group["params"]:
            if parameter.grad is not None and parameter.grad.is_sparse:
                update(parameter, group)
                hidden.append((parameter, parameter.grad))
    try:
        for parameter, _ in hidden:
            parameter.grad = None
        yield
    finally:
        for parameter, gradient in hidden:
            parameter.grad = gradient


def _blocks(parameter: nn.Parameter) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield rows of a sparse gradient, each once, with their values."""
    gradient = parameter.grad
    rows = gradient._indices()[0]
    # Accumulation drops the mark that rows are in order; coalescing again would copy all values.
    if not gradient.is_coalesced() and bool((rows[1:] <= rows[:-1]).any()):
        gradient = gradient.coalesce()
        rows = gradient._indices()[0]
    if rows.device.type != "cpu":
        yield rows, gradient._values()
        return
    # What a block needs beside the parameter stays in the processor's cache.
    width = max(1, gradient._values()[:1].numel())
    size = max(1, _BLOCK_NUMBERS // width)
    yield from zip(rows.split(size), gradient._values().split(size), strict=True)


def _refuse(group: dict[str, Any], *names: str) -> None:
    for name in names:
        if group[name]:
            raise InputError(f"{name} is not for sparse gradients", item="optimiser")
