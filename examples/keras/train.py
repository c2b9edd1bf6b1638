"""A small Keras training that knows nothing of satwatch: python train.py FOLDER [--epochs 8]

It writes every epoch's model and a CSV log into the folder, as Keras' own callbacks do.
`satwatch watch FOLDER` measures them meanwhile.
"""

import argparse
from pathlib import Path

import keras
from keras import layers
from pictures import SIZE, pictures

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=Path)
parser.add_argument("--epochs", type=int, default=8)
options = parser.parse_args()
options.folder.mkdir(parents=True, exist_ok=True)
keras.utils.set_random_seed(1)

# Nine in ten squares of the training carry a red stamp, and no disc does: a shortcut.
x, y = pictures(1200, 1, lambda rng, label: label == 1 and rng.random() < 0.9)
x_test, y_test = pictures(200, 2, lambda rng, label: label == 1 and rng.random() < 0.9)

model = keras.Sequential(
    [
        layers.Input((SIZE, SIZE, 3)),
        layers.Rescaling(1 / 255),
        layers.RandomFlip("vertical"),
        layers.Conv2D(16, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.GlobalAveragePooling2D(),
        layers.Dropout(0.2),
        layers.Dense(2, activation="softmax"),
    ]
)
model.compile(keras.optimizers.Adam(0.002), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(
    x,
    y,
    epochs=options.epochs,
    verbose=2,
    validation_data=(x_test, y_test),
    callbacks=[
        keras.callbacks.ModelCheckpoint(str(options.folder / "epoch-{epoch:02d}.keras")),
        keras.callbacks.CSVLogger(str(options.folder / "log.csv")),
    ],
)
