import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableFastTraining, enableWasmTraining, withInputGradients } from '../../src/backend/index.js';
import type { Tf } from '../../src/backend/types.js';
import { wasm } from '../tf.js';

// The tests run in the order they stand in: enabling cannot be undone.
let tf: Tf;
beforeAll(async () => {
  tf = await wasm();
});

/** The gradients that the pack replaces, and one that it does not. */
const watched = ['Relu', 'Relu6', 'ClipByValue', 'FusedBatchNorm', 'Sum', 'Mean', 'Conv2D'];
const kernels = (backend = 'wasm') =>
  new Map<string, object>([
    ...tf.getKernelsForBackend(backend).map((kernel) => [kernel.kernelName, kernel] as const),
    ...watched.map((name) => [`gradient of ${name}`, tf.getGradient(name)] as const),
  ]);

/** The same names, and behind every name the very same object. */
function expectSame(actual: ReturnType<typeof kernels>, expected: ReturnType<typeof kernels>) {
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, kernel] of expected) expect(actual.get(name), name).toBe(kernel);
}

/** ∂/∂x and ∂/∂w of a convolution: not to be had from a stock WASM backend. */
function gradients() {
  return tf.tidy(() => {
    const x = tf.ones([1, 4, 4, 2]) as any;
    const w = tf.ones([3, 3, 2, 1]) as any;
    const [dx, dw] = tf.grads((a, b) => tf.conv2d(a as any, b as any, 1, 'same').sum())([x, w]);
    return [dx.sum().dataSync()[0], dw.sum().dataSync()[0]];
  });
}
const expected = [200, 200];
/** The filter's is left out while only images are asked for. */
const ofImages = [200, 0];

describe('withInputGradients', () => {
  it('registers the kernels while the body runs, and leaves the registry as it was', () => {
    const stock = kernels();
    expect(gradients).toThrow(/Conv2DBackpropFilter/);
    expect(withInputGradients(tf, gradients)).toEqual(ofImages);
    expectSame(kernels(), stock);
    expect(gradients).toThrow(/Conv2DBackpropFilter/);
  });

  it('restores the registry after a throw, and passes the error on', () => {
    const stock = kernels();
    const error = new Error('from the body');
    const body = () => {
      throw error;
    };
    expect(() => withInputGradients(tf, body)).toThrow(error);
    expectSame(kernels(), stock);
  });

  it('may be nested: the outermost restores', () => {
    const stock = kernels();
    withInputGradients(tf, () => {
      const outer = kernels();
      for (const name of ['MaxPoolGrad', 'gradient of Relu'])
        expect(outer.get(name)).not.toBe(stock.get(name));
      expect(withInputGradients(tf, gradients)).toEqual(ofImages);
      expectSame(kernels(), outer);
    });
    expectSame(kernels(), stock);
  });

  it('keeps what others registered: a kernel of the user’s own comes back', () => {
    const { kernelFunc } = tf.getKernel('MaxPoolGrad', 'wasm');
    const stock = tf.getKernel('MaxPoolGrad', 'wasm');
    const own = { kernelName: 'MaxPoolGrad', backendName: 'wasm', kernelFunc };
    tf.unregisterKernel('MaxPoolGrad', 'wasm');
    tf.registerKernel(own);
    withInputGradients(tf, gradients);
    expect(tf.getKernel('MaxPoolGrad', 'wasm')).toBe(own);
    tf.unregisterKernel('MaxPoolGrad', 'wasm');
    tf.registerKernel(stock);
  });

  it('touches nothing on the cpu backend', async () => {
    await tf.setBackend('cpu');
    try {
      const [cpu, stock] = [kernels('cpu'), kernels()];
      withInputGradients(tf, () => {
        expectSame(kernels('cpu'), cpu);
        expectSame(kernels(), stock);
        expect(gradients()).toEqual(expected);
      });
    } finally {
      await tf.setBackend('wasm');
    }
  });
});

describe('enableWasmTraining', () => {
  it('leaves the kernels of other backends alone, and reaches WASM from there', async () => {
    await tf.setBackend('cpu');
    const cpu = kernels('cpu');
    enableWasmTraining(tf);
    expectSame(kernels('cpu'), cpu);
    expect(gradients()).toEqual(expected);
    await tf.setBackend('wasm');
    expect(gradients()).toEqual(expected);
  });

  it('does nothing the second time', () => {
    const first = kernels();
    enableWasmTraining(tf);
    expectSame(kernels(), first);
  });

  it('is left as it was by withInputGradients, where filters have none', () => {
    const enabled = kernels();
    expect(withInputGradients(tf, gradients)).toEqual(ofImages);
    expectSame(kernels(), enabled);
    expect(gradients()).toEqual(expected);
  });
});

describe('enableFastTraining', () => {
  it('adds the gradients to the kernels, from inside withInputGradients too', () => {
    const before = kernels();
    withInputGradients(tf, () => enableFastTraining(tf));
    const after = kernels();
    for (const name of watched) {
      const [old, now] = [before, after].map((all) => all.get(`gradient of ${name}`));
      if (name === 'Conv2D') expect(now).toBe(old);
      else expect(now, name).not.toBe(old);
    }
    expect(gradients()).toEqual(expected);
    enableFastTraining(tf);
    expectSame(kernels(), after);
    withInputGradients(tf, gradients);
    expectSame(kernels(), after);
  });
});

describe('in a process of its own, enableFastTraining', () => {
  const run = (lines: string[]) => {
    const program = [
      "import * as tf from '@tensorflow/tfjs';",
      "import { enableFastTraining, withInputGradients } from './dist/src/backend/index.js';",
      ...lines,
    ].join('\n');
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      cwd: `${import.meta.dirname}/../..`,
    });
    expect(status, stderr).toBe(0);
    return stdout.trim().split('\n').at(-1);
  };
  const gradient =
    "console.log(tf.grad((x) => tf.conv2d(x, tf.ones([3, 3, 1, 1]), 1, 'same'))(tf.ones([1, 2, 2, 1])).sum().dataSync()[0], tf.sum(tf.ones([2, 3]), 1).dataSync().join());";

  it('works before the WASM backend has started', () => {
    const answer = run([
      "import '@tensorflow/tfjs-backend-wasm';",
      'enableFastTraining(tf);',
      "await tf.setBackend('wasm');",
      gradient,
    ]);
    expect(answer).toBe('16 3,3');
  });

  it('survives a restart of the WASM backend', () => {
    const answer = run([
      "import '@tensorflow/tfjs-backend-wasm';",
      "await tf.setBackend('wasm');",
      'enableFastTraining(tf);',
      "const factory = tf.findBackendFactory('wasm');",
      "tf.removeBackend('wasm');",
      "tf.registerBackend('wasm', factory, 2);",
      "await tf.setBackend('wasm');",
      gradient,
    ]);
    expect(answer).toBe('16 3,3');
  });

  it('holds when first called inside withInputGradients', () => {
    const answer = run([
      "import '@tensorflow/tfjs-backend-wasm';",
      "await tf.setBackend('wasm');",
      'withInputGradients(tf, () => enableFastTraining(tf));',
      gradient,
    ]);
    expect(answer).toBe('16 3,3');
  });

  it('does nothing where there is no WASM backend', () => {
    const answer = run(['enableFastTraining(tf);', "console.log(tf.getKernelsForBackend('wasm').length);"]);
    expect(answer).toBe('0');
  });
});
