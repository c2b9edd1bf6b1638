"""Captum's input x gradient, numpy's means over boolean masks, scipy's ranks."""

import captum
import numpy as np
import scipy
import torch
from captum.attr import InputXGradient
from net_a import channels_first, net_a
from scipy.stats import rankdata
from worker import THREADS, answer

torch.set_num_threads(THREADS)


def prepare(pictures, labels, masks, weights):
    x = channels_first(pictures).requires_grad_()
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
