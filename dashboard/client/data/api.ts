import type { ErrorBody } from '../../wire.js';

type Query = Record<string, string | number | null | undefined>;

/** Asks the server's JSON API; the message of an error is the server's own. */
export async function get<T>(path: string, query: Query = {}): Promise<T> {
  return (await (await request(path, query)).json()) as T;
}

export async function getBytes(path: string): Promise<ArrayBuffer> {
  return (await request(path)).arrayBuffer();
}

async function request(path: string, query: Query = {}): Promise<Response> {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value != null) params.set(name, String(value));
  const response = await fetch(`api/${path}${params.size ? `?${params}` : ''}`);
  if (response.ok) return response;
  const body = (await response.json().catch(() => null)) as ErrorBody | null;
  throw new Error(body?.error.message ?? `the server answered ${response.status}`);
}
