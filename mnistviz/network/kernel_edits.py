"""A network with one kernel changed."""

from mnistviz.core.types.arrays import FloatArray
from mnistviz.network.network import Network


def with_kernel(network: Network, layer: str, channel: int, kernel: FloatArray) -> Network:
    """Return a copy of a network in which one channel of a convolution has another kernel.

    `kernel` is (height, width, inputs) float32; of a depthwise convolution, a channel has one
    input. The weights of `network` are not changed.
    """
    of_layer = network.weights[layer]
    kernels = of_layer["kernel"].copy()
    if network.spec.layer(layer).type == "DepthwiseConv2D":
        kernels[:, :, channel] = kernel
    else:
        kernels[..., channel] = kernel
    return Network(network.spec, {**network.weights, layer: {**of_layer, "kernel": kernels}})
