import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { enableWasmTraining, withInputGradients } from '../../src/backend/index.js';
import type { Tf } from '../../src/backend/types.js';
import { wasm } from '../tf.js';

// The tests run in the order they stand in: enabling cannot be undone.
let tf: Tf;
beforeAll(async () => {
  tf = await wasm();
});

const kernels = (backend = 'wasm') =>
  new Map(tf.getKernelsForBackend(backend).map((kernel) => [kernel.kernelName, kernel]));

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

describe('withInputGradients', () => {
  it('registers the kernels while the body runs, and leaves the registry as it was', () => {
    const stock = kernels();
    expect(gradients).toThrow(/Conv2DBackpropFilter/);
    expect(withInputGradients(tf, gradients)).toEqual(expected);
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
      expect(outer.get('MaxPoolGrad')).not.toBe(stock.get('MaxPoolGrad'));
      expect(withInputGradients(tf, gradients)).toEqual(expected);
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

  it('stays for good when called inside or around withInputGradients', () => {
    const enabled = kernels();
    withInputGradients(tf, () => {
      expectSame(kernels(), enabled);
      enableWasmTraining(tf);
    });
    expectSame(kernels(), enabled);
  });
});

describe('in a process of its own, enableWasmTraining', () => {
  const run = (lines: string[]) => {
    const program = [
      "import * as tf from '@tensorflow/tfjs';",
      "import { enableWasmTraining, withInputGradients } from './dist/src/backend/index.js';",
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
      'enableWasmTraining(tf);',
      "await tf.setBackend('wasm');",
      gradient,
    ]);
    expect(answer).toBe('16 3,3');
  });

  it('survives a restart of the WASM backend', () => {
    const answer = run([
      "import '@tensorflow/tfjs-backend-wasm';",
      "await tf.setBackend('wasm');",
      'enableWasmTraining(tf);',
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
      'withInputGradients(tf, () => enableWasmTraining(tf));',
      gradient,
    ]);
    expect(answer).toBe('16 3,3');
  });

  it('does nothing where there is no WASM backend', () => {
    const answer = run(['enableWasmTraining(tf);', "console.log(tf.getKernelsForBackend('wasm').length);"]);
    expect(answer).toBe('0');
  });
});
