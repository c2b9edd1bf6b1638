"""What the two Python workers share: the task's file, and a line of JSON in for a line of JSON out."""

import json
import os
import sys
import time

import numpy as np

THREADS = int(os.environ["OMP_NUM_THREADS"])


def read(question):
    """The pictures [n,h,w,3] in 0..1, their labels, their masks, and net A's weights as TensorFlow lays them out."""
    n, side, segments = question["images"], question["side"], question["segments"]
    data = open(question["file"], "rb").read()
    at = 0

    def take(dtype, *shape):
        nonlocal at
        values = np.frombuffer(data, dtype, int(np.prod(shape)), at).reshape(shape)
        at += values.nbytes
        return values.copy()

    pixels = take("u1", n, side, side, 3)
    labels = take("u1", n)
    masks = take("?", n, segments, side, side)
    weights = [take("<f4", *shape) for shape in question["weights"]]
    return (pixels * (1 / 255)).astype(np.float32), labels.astype(np.int64), masks, weights


def say(**answer):
    print(json.dumps(answer), flush=True)


def plain(result):
    return result.tolist() if isinstance(result, np.ndarray) else result


def answer(prepare, versions):
    """`prepare` gives the arms, each a function of the batch size and what it works on."""
    say(threads=THREADS, **versions)
    arms = {}
    for line in sys.stdin:
        question = json.loads(line)
        if question.get("file"):
            arms = prepare(*read(question))
            say(arms=list(arms))
        elif "run" in question:
            start, used = time.perf_counter(), time.process_time()
            for _ in range(question["repeats"]):
                result = arms[question["run"]](question["batch"])
            wall, cpu = time.perf_counter() - start, time.process_time() - used
            say(wall=1000 * wall, cpu=1000 * cpu, result=plain(result) if question.get("result") else None)
        else:
            say(cpu=1000 * time.process_time())
