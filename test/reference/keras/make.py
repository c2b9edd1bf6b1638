"""Writes the models of this folder, with Keras' own predictions on `images.f32`: python make.py [2|3]

3 (the default) needs `pip install tensorflow-cpu`, 2 also `pip install tf_keras`. Weights are random, batch
normalisations have statistics of a training, so that a wrong order of weights shows.
"""

import json
import sys
from pathlib import Path

import numpy as np

major = int(sys.argv[1]) if len(sys.argv) > 1 else 3
if major == 2:
    import tf_keras as keras
else:
    import keras
layers = keras.layers

here = Path(__file__).parent
size = 12


def sequential():
    return keras.Sequential(
        [
            layers.Input((size, size, 3)),
            layers.Rescaling(1 / 127.5, offset=-1),
            layers.RandomFlip("horizontal"),
            layers.RandomRotation(0.1),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.SeparableConv2D(6, 3, depth_multiplier=2, activation="elu"),
            layers.BatchNormalization(scale=False),
            layers.SpatialDropout2D(0.2),
            layers.Conv2DTranspose(4, 3, strides=2, padding="same"),
            layers.PReLU(shared_axes=[1, 2]),
            layers.AveragePooling2D(2, padding="same"),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(8, activation="tanh"),
            layers.Dense(3, activation="softmax"),
        ]
    )


def functional():
    inputs = layers.Input((size, size, 3))
    x = inputs
    if major == 3:  # in Keras 2 these are layers that cannot be read
        x = x / 127.5
        x = x - 1.0
    else:
        x = layers.Rescaling(1 / 127.5, offset=-1)(x)
    x = layers.ZeroPadding2D(((0, 1), (1, 0)))(x)
    x = layers.Conv2D(4, 3, strides=2, use_bias=False)(x)
    x = layers.BatchNormalization(center=False)(x)
    x = layers.ReLU(6.0)(x)
    y = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2, activation="swish")(x)
    y = layers.Conv2D(4, 1, activation="gelu" if major == 3 else "selu")(y)
    x = layers.Add()([x, y])
    x = layers.LeakyReLU(0.1)(x)
    shared = layers.Conv2D(4, 3, padding="same")
    a, b = shared(x), shared(y)
    x = layers.Concatenate()([a, layers.Multiply()([a, b]), layers.Maximum()([x, y])])
    x = layers.LayerNormalization()(x)
    gate = layers.Reshape((1, 1, 12))(layers.GlobalAveragePooling2D()(x))
    x = layers.Multiply()([x, layers.Dense(12, activation="sigmoid")(gate)])
    x = layers.UpSampling2D(2)(layers.Cropping2D(1)(x))
    x = layers.GlobalMaxPooling2D()(x)
    x = layers.Activation("softplus")(layers.Dense(5)(x))
    return keras.Model(inputs, layers.Softmax()(layers.Dense(3)(x)))


def transfer():
    """A frozen base with batch normalisations, under a head that has layers of the same names."""
    base = keras.Sequential(
        [
            layers.Input((size, size, 3)),
            layers.Conv2D(4, 3, name="conv"),
            layers.BatchNormalization(name="norm"),
            layers.Activation("relu"),
            layers.Conv2D(4, 3, strides=2, name="conv_2"),
            layers.BatchNormalization(name="norm_2"),
        ],
        name="base",
    )
    train_statistics(base)
    base.trainable = False
    inputs = layers.Input((size, size, 3))
    normalization = layers.Normalization(axis=-1)
    normalization.adapt(images)
    x = layers.Rescaling(1.0)(normalization(inputs))
    x = base(x, training=False)
    x = layers.Conv2D(4, 3, name="conv")(x)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.GlobalAveragePooling2D()(x)
    head = keras.Sequential(
        [
            layers.Input((4,)),
            layers.Dense(4, activation="relu", name="dense"),
            layers.Dense(1, activation="sigmoid", name="out"),
        ],
        name="head",
    )
    return keras.Model(inputs, head(x))


rng = np.random.default_rng(7)
images = rng.uniform(0, 255, (4, size, size, 3)).astype("float32")


def train_statistics(model):
    """Random values for every weight; variances stay positive."""
    values = [
        rng.uniform(0.3, 1.5, w.shape) if w.ndim == 1 else rng.normal(0, 0.4, w.shape)
        for w in model.get_weights()
    ]
    model.set_weights(values)


images.tofile(here / "images.f32")
expected = {}
for build in (sequential, functional, transfer):
    keras.utils.set_random_seed(3)
    model = build()
    if build is not transfer:
        train_statistics(model)
    name = f"{build.__name__}-{major}"
    for suffix in ("h5", "keras"):
        model.save(here / f"{name}.{suffix}")
        expected[f"{name}.{suffix}"] = model.predict(images, verbose=0).astype(float).tolist()
        print(name, suffix, np.round(expected[f"{name}.{suffix}"][0], 4))
if major == 3:
    model.save_weights(here / "only.weights.h5")
file = here / "expected.json"
known = json.loads(file.read_text()) if file.exists() else {}
file.write_text(json.dumps({**known, **expected}, indent=1) + "\n")
