"""What every backbone is."""

from __future__ import annotations

from torch import Tensor, nn

from facemetric.errors import InputError


class Backbone(nn.Module):
    """A network from face chips to raw embeddings.

    Parameters
    ----------
    trunk
        From images ``(N, 3, H, W)`` to feature maps (or tokens).
    head
        From those to ``(N, dim)``.
    dim
        Length of an embedding.
    size_px
        Height and width of the pictures.

    Attributes
    ----------
    input_px : tuple of int
        Height and width of the pictures that it takes.
    dim : int
        Length of its embeddings.
    """

    def __init__(
        self, trunk: nn.Module, head: nn.Module, *, dim: int, size_px: tuple[int, int]
    ) -> None:
        super().__init__()
        self.trunk = trunk
        self.head = head
        self.dim = dim
        self.input_px = size_px

    def forward(self, images: Tensor) -> Tensor:
        """Return embeddings ``(N, dim)``, not normalised.

        Parameters
        ----------
        images
            Float ``(N, 3, H, W)`` of the network's input size, any memory format.

        Raises
        ------
        InputError
            The images have another shape.
        """
        if images.ndim != 4 or images.shape[1:] != (3, *self.input_px):
            height, width = self.input_px
            raise InputError(
                f"expected (N, 3, {height}, {width}), got {tuple(images.shape)}",
                item="images",
                fix="Resize them, or build the network with size_px=(H, W)",
            )
        return self.head(self.trunk(images))
