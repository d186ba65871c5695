from __future__ import annotations

import torch
from torch.nn.functional import normalize

from facemetric.losses import unit_rows


def test_rows_and_norms_with_gradients():
    generator = torch.Generator().manual_seed(0)
    vectors = torch.randn(4, 3, dtype=torch.float64, generator=generator).requires_grad_()
    unit, norms = unit_rows(vectors)
    torch.testing.assert_close(unit, normalize(vectors))
    torch.testing.assert_close(norms, vectors.norm(dim=1))
    assert torch.autograd.gradcheck(unit_rows, vectors)


def test_rows_of_zeros_stay_and_get_no_gradient():
    vectors = torch.tensor([[0.0, 0.0], [3.0, 4.0], [1e-39, 0.0]], requires_grad=True)
    unit, norms = unit_rows(vectors)
    (grad,) = torch.autograd.grad((unit * torch.tensor([1.0, 2.0])).sum() + norms.sum(), vectors)
    assert unit[0].tolist() == [0.0, 0.0]
    assert grad[0].tolist() == [0.0, 0.0]
    assert grad.isfinite().all()
