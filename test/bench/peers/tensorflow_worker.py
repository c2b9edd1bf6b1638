"""tf-explain's callback, and TensorFlow's own gradient in a graph."""

import tempfile

import numpy as np
import tensorflow as tf
from tf_explain.callbacks.gradients_inputs import GradientsInputsCallback
from worker import THREADS, answer

tf.config.threading.set_intra_op_parallelism_threads(THREADS)


def net_a(weights):
    layers = tf.keras.layers
    conv = lambda filters: layers.Conv2D(filters, 3, padding="same", activation="relu")  # noqa: E731
    net = tf.keras.Sequential(
        [
            tf.keras.Input((64, 64, 3)),
            *[conv(16), layers.MaxPooling2D(), conv(32), layers.MaxPooling2D(), conv(64)],
            *[layers.GlobalAveragePooling2D(), layers.Dense(2), layers.Activation("softmax")],
        ]
    )
    net.set_weights(weights)
    return net


def prepare(pictures, labels, masks, weights):
    net = net_a(weights)
    scores = tf.keras.Model(net.inputs, net.layers[-2].output)

    @tf.function(reduce_retracing=True)
    def attributions(x, signs):
        with tf.GradientTape() as tape:
            tape.watch(x)
            score = tf.reduce_sum(scores(x) * signs)
        return tf.reduce_sum(x * tape.gradient(score, x), 3)

    signs = np.eye(2, dtype=np.float32)[labels]

    def gradient(batch):
        parts = [slice(at, at + batch) for at in range(0, len(pictures), batch)]
        np.concatenate([attributions(tf.constant(pictures[p]), tf.constant(signs[p])).numpy() for p in parts])

    callback = GradientsInputsCallback((pictures, None), 0, tempfile.mkdtemp(prefix="satwatch-tf-explain-"))
    callback.set_model(net)

    def grid(_):
        callback.on_epoch_end(0)

    return {"tf-explain callback": grid, "gradient": gradient}


answer(prepare, {"tensorflow": tf.__version__, "tf-explain": "0.3.1", "numpy": np.__version__})
