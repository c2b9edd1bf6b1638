import type { Tensor, TensorInfo } from '@tensorflow/tfjs';
import { dropAbsent } from '../absentInputs.js';
import type { Kernel, KernelCall } from '../kernel.js';

/** The part of tfjs-node's backend that runs an op of TensorFlow. */
interface NativeBackend {
  executeSingleOutput(op: string, attributes: object[], inputs: Tensor[]): TensorInfo;
  binding: { TF_ATTR_TYPE: number; TF_FLOAT: number; TF_BOOL: number };
}

/** For the gradients that rest on a kernel, in tfjs-node and tfjs-node-gpu: ops that TensorFlow has and tfjs does not use. */
export const nativeKernels: readonly Kernel<NativeBackend>[] = [
  { name: 'ReluGrad', compute: (call) => op(call, 'ReluGrad', [call.inputs.dy, call.inputs.y]) },
  { name: 'Relu6Grad', compute: (call) => op(call, 'Relu6Grad', [call.inputs.dy, call.inputs.x]) },
  {
    name: 'ClipByValueGrad',
    compute(call) {
      const { dy, x, y } = call.inputs;
      return op(call, 'SelectV2', [call.tf.equal(x, y), dy, call.tf.scalar(0)]);
    },
  },
  {
    name: 'FusedBatchNorm',
    compute({ inputs, stock }) {
      dropAbsent(inputs);
      return stock();
    },
  },
];

/** An op over floats. */
function op({ backend }: KernelCall<NativeBackend>, name: string, inputs: Tensor[]): TensorInfo {
  const { TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
  return backend.executeSingleOutput(name, [{ name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT }], inputs);
}
