import { stat } from 'node:fs/promises';

/** Whether a regular file is there, perhaps through a link: reading a pipe would never end. */
export async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() ?? false;
}
