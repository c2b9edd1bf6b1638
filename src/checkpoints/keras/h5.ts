import type { Dataset, File, Group } from 'h5wasm';
import { SatwatchError } from '../../errors.js';
import type { Weight } from './weights.js';

export type { File, Group };

/**
 * Opens an HDF5 file from memory for the time of `body`.
 * @throws SatwatchError CHECKPOINT_UNREADABLE where it is none, or damaged
 */
export async function withH5<T>(bytes: Uint8Array, body: (file: File) => T): Promise<T> {
  const { default: h5wasm } = await import('h5wasm');
  const { FS, activate_throwing_error_handler: throwErrors } = await h5wasm.ready;
  // Else a damaged file fills the terminal with the library's own messages.
  throwErrors();
  const name = 'checkpoint.h5';
  FS.writeFile(name, bytes);
  try {
    const file = new h5wasm.File(name, 'r');
    try {
      return body(file);
    } finally {
      file.close();
    }
  } catch (cause) {
    if (cause instanceof SatwatchError || !/HDF5|H5[A-Z]/.test(String(cause))) throw cause;
    throw new SatwatchError(
      'CHECKPOINT_UNREADABLE',
      'no HDF5 file, or a damaged one; save the model again',
      undefined,
      { cause },
    );
  } finally {
    FS.unlink(name);
  }
}

/** A text attribute; undefined where there is none. */
export function text(group: Group, name: string): string | undefined {
  const value = group.attrs[name]?.value;
  return typeof value === 'string' ? value : undefined;
}

/** A list of texts. Keras splits long ones over `name0`, `name1`, … */
export function texts(group: Group, name: string): string[] {
  const whole = group.attrs[name]?.value;
  if (whole !== undefined) return [...(whole as string[])];
  const parts: string[] = [];
  for (let i = 0; group.attrs[`${name}${i}`]; i++)
    parts.push(...(group.attrs[`${name}${i}`].value as string[]));
  return parts;
}

export function groupAt(parent: Group, path: string): Group | undefined {
  const found = parent.get(path);
  return found && 'keys' in found ? (found as Group) : undefined;
}

export function weightAt(parent: Group, path: string): Weight | undefined {
  const found = parent.get(path);
  if (!found || !('shape' in found)) return undefined;
  const { shape, dtype } = found as Dataset;
  const value = numbersOf(found as Dataset, path);
  const values =
    value instanceof Float32Array
      ? value
      : ArrayBuffer.isView(value)
        ? Float32Array.from(value as never, Number)
        : Float32Array.of(Number(value));
  const size = shape!.reduce((product, side) => product * side, 1);
  if (values.length !== size) throw unreadable(path, dtype);
  return { name: path, shape: [...shape!], values };
}

function numbersOf(dataset: Dataset, path: string): Dataset['value'] {
  try {
    return dataset.value;
  } catch (error) {
    if (/float16/i.test(String(error))) throw unreadable(path, 'float16 or bfloat16');
    throw error;
  }
}

function unreadable(path: string, type: unknown): SatwatchError {
  const name = type === 'unknown' ? 'a type without a name here, such as bfloat16' : `the type ${type}`;
  return new SatwatchError(
    'CHECKPOINT_UNREADABLE',
    `${path}: numbers of ${name} cannot be read; save the weights in float32 (the layers' dtype 'float32' or 'mixed_float16', which keeps float32 weights)`,
    path,
  );
}
