"""The graphs against plain numpy, layer by layer as the paper and the Caffe models have them."""

import numpy as np
import pytest

from facemetric.detect import networks
from facemetric.detect.weights import load_weights
from facemetric.runtime import Session


def conv(x, arrays):
    """``(H, W, C)`` through a kernel, a bias and a PReLU."""
    kernel, bias = next(arrays).astype(np.float64), next(arrays)
    height, width = x.shape[0] - kernel.shape[0] + 1, x.shape[1] - kernel.shape[1] + 1
    y = np.zeros((height, width, kernel.shape[3])) + bias
    for row in range(kernel.shape[0]):
        for column in range(kernel.shape[1]):
            y += x[row : row + height, column : column + width] @ kernel[row, column]
    return y


def prelu(x, arrays):
    return np.where(x > 0, x, x * next(arrays).ravel())


def pool(x, size):
    """Windows two apart; the last may reach over the edge (Caffe rounds their number up)."""
    counts = [int(np.ceil((length - size) / 2)) + 1 for length in x.shape[:2]]
    return np.array(
        [
            [
                x[2 * i : 2 * i + size, 2 * j : 2 * j + size].max(axis=(0, 1))
                for j in range(counts[1])
            ]
            for i in range(counts[0])
        ]
    )


def dense(x, arrays):
    return x @ next(arrays).astype(np.float64) + next(arrays)


def flatten(x):
    """Column by column, as the Caffe models (written from MATLAB) do."""
    return x.transpose(1, 0, 2).ravel()


def face_logit(two):
    """The logit of the softmax's second class."""
    share = np.exp(two - two.max(axis=-1, keepdims=True))
    share = share[..., 1] / share.sum(axis=-1)
    return np.log(share / (1 - share))


def slow_pnet(pixels):
    arrays = iter(load_weights("pnet"))
    x = (pixels.astype(np.float64) - 127.5) / 128
    x = pool(prelu(conv(x, arrays), arrays), 2)
    x = prelu(conv(x, arrays), arrays)
    x = prelu(conv(x, arrays), arrays)
    offsets, classes = conv(x, arrays), conv(x, arrays)
    return np.concatenate([face_logit(classes)[None], offsets.transpose(2, 0, 1)])


def slow_rnet(pixels):
    arrays = iter(load_weights("rnet"))
    x = (pixels.astype(np.float64) - 127.5) / 128
    x = pool(prelu(conv(x, arrays), arrays), 3)
    x = pool(prelu(conv(x, arrays), arrays), 3)
    x = prelu(conv(x, arrays), arrays)
    x = prelu(dense(flatten(x), arrays), arrays)
    offsets, classes = dense(x, arrays), dense(x, arrays)
    return np.concatenate([[face_logit(classes)], offsets])


def slow_onet(pixels):
    arrays = iter(load_weights("onet"))
    x = (pixels.astype(np.float64) - 127.5) / 128
    x = pool(prelu(conv(x, arrays), arrays), 3)
    x = pool(prelu(conv(x, arrays), arrays), 3)
    x = pool(prelu(conv(x, arrays), arrays), 2)
    x = prelu(conv(x, arrays), arrays)
    x = prelu(dense(flatten(x), arrays), arrays)
    offsets, points, classes = dense(x, arrays), dense(x, arrays), dense(x, arrays)
    return np.concatenate([[face_logit(classes)], offsets, points])


def crops(image, side, count):
    """Pieces of a real photograph, so that activations are of real size."""
    corners = np.random.default_rng(1).integers(0, 400, (count, 2))
    return np.stack([image.pixels[y : y + side, x : x + side] for x, y in corners])


@pytest.mark.parametrize("size", [(12, 12), (13, 12), (25, 38), (40, 31)])
def test_pnet(astronaut, size):
    session = Session(networks.pnet(load_weights("pnet")), threads=1)
    piece = astronaut.pixels[80 : 80 + size[0], 190 : 190 + size[1]]
    (answer,) = session.run({"pixels": piece[None]})
    np.testing.assert_allclose(answer[0], slow_pnet(piece), atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize(
    ("net", "side", "oracle"), [("rnet", 24, slow_rnet), ("onet", 48, slow_onet)]
)
def test_refining_networks_in_batches_and_one_by_one(astronaut, net, side, oracle):
    session = Session(getattr(networks, net)(load_weights(net)), threads=1)
    batch = crops(astronaut, side, 5)
    (answers,) = session.run({"pixels": batch})
    slow = np.stack([oracle(crop) for crop in batch])
    np.testing.assert_allclose(answers, slow, atol=2e-5, rtol=1e-4)
    single = np.concatenate([session.run({"pixels": crop[None]})[0] for crop in batch])
    np.testing.assert_allclose(answers, single, atol=1e-5, rtol=1e-5)
