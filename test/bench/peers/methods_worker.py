"""The maps of Captum and zennit, by satwatch's names of the methods, each summed over the channels."""

import warnings
from importlib.metadata import version

import torch
from captum.attr import (
    DeepLift,
    GuidedBackprop,
    InputXGradient,
    IntegratedGradients,
    LayerAttribution,
    LayerGradCam,
)
from net_a import channels_first, net_a
from torch import nn
from worker import THREADS, answer
from zennit.attribution import Gradient
from zennit.composites import EpsilonPlusFlat

torch.set_num_threads(THREADS)
warnings.filterwarnings("ignore", "Setting .*hooks")


class Apart(nn.Module):
    """Captum's DeepLIFT is wrong where a max pooling directly follows a ReLU; a product with 1 between them mends it."""

    def forward(self, x):
        return x * 1


def prepare(pictures, labels, masks, weights):
    x = channels_first(pictures)
    y = torch.from_numpy(labels)
    plain = net_a(weights)
    rectified = plain[7]
    apart = nn.Sequential(
        *[m for layer in net_a(weights) for m in ([Apart(), layer] if isinstance(layer, nn.MaxPool2d) else [layer])]
    )
    # zennit's hooks stay in the network; they are set once.
    relevance = Gradient(net_a(weights), EpsilonPlusFlat())
    relevance.__enter__()
    mean = x.mean(0, keepdim=True)
    logits = torch.eye(2)

    deep_lift, guided = DeepLift(apart), GuidedBackprop(net_a(weights))
    times_gradient, integrated = InputXGradient(plain), IntegratedGradients(plain)
    cam = LayerGradCam(plain, rectified)

    def grad_cam(a, b):
        low = cam.attribute(a, target=b, relu_attributions=True)
        return LayerAttribution.interpolate(low, a.shape[2:], "bilinear")

    methods = {
        # Relevance begins as the logit itself.
        "epsilon-plus-flat": lambda a, b: relevance(a, lambda output: output * logits[b])[1],
        "input-x-gradient": lambda a, b: times_gradient.attribute(a, target=b),
        "integrated-gradients": lambda a, b: integrated.attribute(
            a, target=b, n_steps=16, method="riemann_middle"
        ),
        "deep-lift": lambda a, b: deep_lift.attribute(a, mean, target=b),
        "guided-backprop": lambda a, b: guided.attribute(a, target=b),
        "grad-cam": grad_cam,
    }

    def arm(method):
        def maps(batch):
            parts = zip(x.split(batch), y.split(batch))
            # A leaf of its own, as every caller has it: gradients never pile up in x.
            return torch.cat([method(a.clone().requires_grad_(), b).sum(1).detach() for a, b in parts]).numpy()

        return lambda batch: maps(batch).ravel()

    return {name: arm(method) for name, method in methods.items()}


packages = ["torch", "captum", "zennit", "numpy"]
answer(prepare, {name: version(name) for name in packages})
