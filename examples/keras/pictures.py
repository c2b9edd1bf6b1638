"""Draws discs and squares, some with a red stamp in a corner. Run: python pictures.py FOLDER writes a probe set."""

import json
import sys
from pathlib import Path

import numpy as np

SIZE = 48
CLASSES = ["disc", "square"]


def draw(rng, label, stamped):
    """One picture [SIZE, SIZE, 3] of bytes, and its masks by name."""
    picture = rng.integers(60, 200, 3) + rng.normal(0, 25, (SIZE, SIZE, 3))
    y, x = np.mgrid[:SIZE, :SIZE]
    radius = rng.integers(8, 12)
    cy, cx = rng.integers(radius + 8, SIZE - radius - 2, 2)
    if label == 0:
        shape = (y - cy) ** 2 + (x - cx) ** 2 <= radius**2
    else:
        half = int(radius * 0.89)  # of the same area
        shape = (abs(y - cy) <= half) & (abs(x - cx) <= half)
    picture[shape] += rng.choice([-45, 45])
    masks = {"shape": shape}
    if stamped:
        top, left = rng.integers(0, 3, 2)
        stamp = (y >= top) & (y < top + 6) & (x >= left) & (x < left + 6)
        picture[stamp] = [220, 20, 30]
        masks = {"shape": shape & ~stamp, "stamp": stamp}
    masks["background"] = ~np.any(list(masks.values()), axis=0)
    return picture.clip(0, 255).astype("uint8"), masks


def pictures(count, seed, stamped):
    """Pictures and labels; stamped(rng, label) says which carry the stamp."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    return np.stack([draw(rng, label, stamped(rng, label))[0] for label in labels]), labels


def write_probe(folder, count=160, seed=99):
    """Stamps on half of the pictures of both classes: whether the model goes by them shows."""
    import tensorflow as tf

    rng = np.random.default_rng(seed)
    images = []
    for i in range(count):
        label = i % 2
        picture, masks = draw(rng, label, i % 4 < 2)
        write = lambda name, values: tf.io.write_file(f"{folder}/{name}", tf.io.encode_png(values))
        write(f"{i:03}.png", picture)
        for name, mask in masks.items():
            write(f"masks/{i:03}-{name}.png", (mask[..., None] * 255).astype("uint8"))
        files = {name: f"masks/{i:03}-{name}.png" for name in masks}
        images.append({"file": f"{i:03}.png", "label": CLASSES[label], "masks": files})
    roles = {"shape": "core", "stamp": "suspect"}
    probe = {"version": 1, "classNames": CLASSES, "roles": roles, "images": images}
    (Path(folder) / "probe.json").write_text(json.dumps(probe, indent=1))


if __name__ == "__main__":
    write_probe(sys.argv[1])
