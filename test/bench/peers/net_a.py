"""Net A of nets.js in PyTorch, with tfjs's weights; up to the logits."""

import numpy as np
import torch
from torch import nn


def net_a(weights):
    convolutions = [nn.Conv2d(w.shape[2], w.shape[3], 3, padding=1) for w in weights[0:6:2]]
    last = nn.Linear(*weights[6].shape)
    first, second, third = convolutions
    net = nn.Sequential(
        first, nn.ReLU(), nn.MaxPool2d(2), second, nn.ReLU(), nn.MaxPool2d(2), third, nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), last,
    )  # fmt: skip
    with torch.no_grad():
        for layer, kernel, bias in zip([*convolutions, last], weights[0::2], weights[1::2]):
            axes = (3, 2, 0, 1) if kernel.ndim == 4 else (1, 0)
            layer.weight.copy_(torch.from_numpy(kernel.transpose(axes).copy()))
            layer.bias.copy_(torch.from_numpy(bias))
    return net.eval()


def channels_first(pictures):
    return torch.from_numpy(np.ascontiguousarray(pictures.transpose(0, 3, 1, 2)))
