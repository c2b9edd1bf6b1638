"""numpy's mask loop, asked by segmentMeans.bench.js: a line of JSON in, a line of JSON out."""

import json
import platform
import sys
import time

import numpy as np


def say(**answer):
    print(json.dumps(answer), flush=True)


def means(image):
    values, masks = image
    return [values[mask].mean(dtype=np.float64) for mask in masks]


say(numpy=np.__version__, python=platform.python_version())
images = []
for line in sys.stdin:
    question = json.loads(line)
    if question.get("file"):
        side, segments = question["side"], question["segments"]
        record = np.dtype([("map", "<f4", (side, side)), ("masks", "?", (segments, side, side))])
        # Arrays of their own: records lie between the fields of others, which would slow numpy down.
        images = [(r["map"].copy(), list(r["masks"].copy())) for r in np.fromfile(question["file"], record)]
        say(images=len(images))
    elif "run" in question:
        start = time.perf_counter()
        for image in images:
            means(image)
        say(ms=1000 * (time.perf_counter() - start))
    elif "values" in question:
        say(means=means(images[question["values"]]))
    else:
        say(cpu=1000 * time.process_time())
