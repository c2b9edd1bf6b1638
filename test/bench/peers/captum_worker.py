"""Captum's input x gradient, numpy's means over boolean masks, scipy's ranks."""

import captum
import numpy as np
import scipy
import torch
from captum.attr import InputXGradient
from scipy.stats import rankdata
from torch import nn
from worker import THREADS, answer

torch.set_num_threads(THREADS)


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


def prepare(pictures, labels, masks, weights):
    x = torch.from_numpy(pictures.transpose(0, 3, 1, 2).copy()).requires_grad_()
    y = torch.from_numpy(labels)
    method = InputXGradient(net_a(weights))

    def maps(batch):
        parts = zip(x.split(batch), y.split(batch))
        return np.concatenate([method.attribute(a, target=b).sum(1).detach().numpy() for a, b in parts])

    def table(batch):
        means = [[m[k].mean(dtype=np.float64) for k in ks] for m, ks in zip(maps(batch), masks)]
        return [[mean, rankdata([-abs(v) for v in mean]).tolist()] for mean in means]

    def gradient(batch):
        maps(batch)

    return {"whole step": table, "attribution alone": gradient}


answer(
    prepare,
    {
        "torch": torch.__version__,
        "captum": captum.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
    },
)
