// What each saliency method costs over a gradient of the same images on the same backend.
import { attribute, saliencyMethods } from 'satwatch';
import { eachBackend } from './backends.js';
import { interleave, openBench, times } from './frame.js';
import { netA, netB, netC } from './nets.js';

const { tf, name: backend, versions } = await eachBackend(import.meta.url);
const bench = openBench(`methods-${backend}`, {
  title: 'Saliency methods over a gradient of the same images',
  backend,
  versions,
});

const composites = { most: 3 };
const goals = {
  'guided-backprop': { most: 1.2 },
  'integrated-gradients': { most: 16.5 },
  'grad-cam': { most: 1.1 },
  'epsilon-plus': composites,
  'epsilon-plus-flat': composites,
  'epsilon-alpha2-beta1-flat': composites,
  'epsilon-alpha2-beta1-box': composites,
  'deep-taylor': composites,
};
const left = ['expected-gradients', 'segment-shapley', 'segment-ablation', 'occlusion'];
const names = Object.keys(saliencyMethods).filter((name) => name !== 'gradient' && !left.includes(name));

for (const [net, build, count] of [
  ['A', netA, 64],
  ['B', netB, 16],
  ['C', netC, 32],
]) {
  const { model, logits } = build(tf);
  const [, height, width, channels] = model.inputs[0].shape;
  const images = tf.randomUniform([count, height, width, channels], 0, 1, 'float32', 1);
  const target = Array.from({ length: count }, (_, i) => i % 2);
  const run = (method) => () => {
    const maps = attribute(tf, logits ?? model, images, { method, target });
    maps.dataSync();
    maps.dispose();
  };
  const arms = Object.fromEntries(['gradient', ...names].map((name) => [name, run(name)]));
  const samples = await interleave(arms, { rounds: times(5), warmUps: 1 });
  for (const name of names)
    bench.ratio(`${net}: ${name}`, samples[name], samples.gradient, { goal: goals[name], per: count });
  images.dispose();
}
bench.note('ms an image; every method with its default options, batches as satwatch sizes them');
bench.close();
