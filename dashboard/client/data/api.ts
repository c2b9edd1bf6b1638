import type { ErrorBody } from '../../wire.js';

/** Asks the server's JSON API; the message of an error is the server's own. */
export async function get<T>(
  path: string,
  query: Record<string, string | number | null | undefined> = {},
): Promise<T> {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value != null) params.set(name, String(value));
  const response = await fetch(`api/${path}${params.size ? `?${params}` : ''}`);
  if (response.ok) return (await response.json()) as T;
  const body = (await response.json().catch(() => null)) as ErrorBody | null;
  throw new Error(body?.error.message ?? `the server answered ${response.status}`);
}
