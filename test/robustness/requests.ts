import type { Application } from 'express';
import fc from 'fast-check';
import { z } from 'zod';
import * as shapes from '../../dashboard/server/query.js';
import type { Content } from './fill.js';
import type { RawRequest } from './rawRequest.js';

/** An endpoint as Express has it, such as `/api/runs/:run/alerts`. */
export function routesOf(app: Application): string[] {
  interface Listed {
    path: string;
    router?: { listRoutes(): Listed[] };
  }
  const walk = (router: { listRoutes(): Listed[] }, before: string): string[] =>
    router
      .listRoutes()
      .flatMap(({ path, router: inner }) => (inner ? walk(inner, before + path) : [before + path]));
  // A router used without a path is mounted at '/'.
  return walk(app.router as never, '').map((route) => route.replaceAll(/\/+/g, '/'));
}

/** The parameters of all endpoints' query strings, from the server's own schemas. */
const parameters = new Map<string, fc.Arbitrary<string>>();
for (const shape of Object.values(shapes)) {
  if (typeof shape !== 'object') continue;
  for (const [name, schema] of Object.entries(shape)) parameters.set(name, satisfying(schema));
}

/** Texts that a parameter's schema takes. */
function satisfying(schema: z.ZodType): fc.Arbitrary<string> {
  const { enum: choice, pattern } = z.toJSONSchema(schema, { io: 'input' }) as {
    enum?: string[];
    pattern?: string;
  };
  if (choice) return fc.constantFrom(...choice);
  if (pattern) return fc.oneof(fc.nat(20).map(String), fc.stringMatching(new RegExp(pattern)));
  return fc.string();
}

const wild = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('NaN', 'Infinity', '-1', '-0', '1e308', '1e999', '0x10', '1.5', '1,5', '٣', 'true', 'null'),
  fc.constantFrom('9007199254740993', '999999999999999', '18446744073709551616', '-9223372036854775809'),
  fc.constantFrom(
    '',
    '.',
    '..',
    '../../etc/passwd',
    '__proto__',
    'constructor',
    'toString',
    '[]',
    '{}',
    "' OR 1=1 --",
  ),
  fc.tuple(fc.string({ minLength: 1, maxLength: 3 }), fc.nat(4000)).map(([text, n]) => text.repeat(n)),
);

const mistakes: ((value: string) => string)[] = [
  (value) => `${value}x`,
  (value) => value.slice(1),
  (value) => value.slice(0, -1),
  (value) => ` ${value}`,
  (value) => `${value}\n`,
  (value) => `-${value}`,
  (value) => `+${value}`,
  (value) => `${value}.5`,
  (value) => `${value}e2`,
  (value) => `${value}e-99`,
  (value) => `000000${value}`,
  (value) => `${value}\0`,
  (value) => value.toUpperCase(),
  (value) => value.replaceAll('/', '//'),
  (value) => value.repeat(40),
];

/** What is right, what is nearly right, and anything. */
function around(valid: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const near = fc.tuple(valid, fc.constantFrom(...mistakes)).map(([value, mistake]) => mistake(value));
  return fc.oneof(
    { weight: 25, arbitrary: valid },
    { weight: 2, arbitrary: near },
    { weight: 1, arbitrary: wild },
  );
}

const percent = (text: string) =>
  Array.from(Buffer.from(text), (byte) =>
    /[\w.~-]/.test(String.fromCharCode(byte))
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).padStart(2, '0').toUpperCase()}`,
  ).join('');
/** Bytes as they are, but for those that would end the first line of a request. */
const bare = (text: string) => Buffer.from(text.replaceAll(/[\s\0#?]/g, '')).toString('latin1');
const encodings: [weight: number, encode: (text: string) => string][] = [
  [150, percent],
  [1, (text) => percent(percent(text))],
  [1, bare],
  [1, (text) => percent(text).replaceAll('%20', '+')],
  [1, (text) => percent(text).toLowerCase()],
  [1, (text) => `${percent(text)}%`],
  [1, (text) => `${percent(text)}%zz`],
  [1, (text) => `${percent(text)}%E0%A4`],
  [1, (text) => `${percent(text)}%C0%AF`],
  [1, (text) => `${percent(text)}%00`],
];
const encoding = fc.oneof(
  ...encodings.map(([weight, encode]) => ({ weight, arbitrary: fc.constant(encode) })),
);
const encoded = (value: fc.Arbitrary<string>) =>
  fc.tuple(value, encoding).map(([text, encode]) => encode(text));

const oddTargets = fc.constantFrom(
  ...[
    '*',
    '/',
    '//',
    '/.',
    '/..',
    '/%',
    '/%00',
    '/?',
    '/?token',
    '/?token=x',
    '/?token=x&token=y',
    '/favicon.ico',
  ],
  ...['/api', '/api/', '/api//runs', '/api/../api/about', '/API/RUNS', '/api/runs/', '/api/runs//alerts'],
  ...['/index.html', '/assets/', '/assets/..%2f..%2f..%2fpackage.json', '/assets/..%5c..%5cpackage.json'],
  ...['http://127.0.0.1/api/about', 'http://evil.example/api/about', 'api/about', '127.0.0.1:80'],
  ...['/api/events?since=0', '/api/events?since=999999999999999', `/${'a/'.repeat(3000)}`],
);

const token = fc.string({ minLength: 16, maxLength: 40 });

function headersFor(port: number, right: string | undefined): fc.Arbitrary<[string, string][]> {
  const value = fc.oneof(
    wild.map((text) => text.replaceAll(/[\r\n\0]/g, ' ')),
    fc.string({ unit: 'binary', maxLength: 30 }).map((text) => text.replaceAll(/[\r\n]/g, '')),
  );
  const one = (name: string, ...values: string[]) =>
    fc.tuple(fc.constant(name), fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...values) }, value));
  const odd = fc.oneof(
    one('Last-Event-ID', '0', '7', '999999999999999', '1000000000000000', '-1', '1.5', '', '٣'),
    one('If-None-Match', '*', 'W/"x"', '"x", "y"', '"', '"x'),
    one('If-Modified-Since', 'Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 31 Dec 9999 23:59:59 GMT', 'yesterday'),
    one('If-Match', '*', '"x"', 'W/"x"'),
    one('If-Unmodified-Since', 'Thu, 01 Jan 1970 00:00:00 GMT', 'yesterday'),
    one('If-Range', '"x"', 'Thu, 01 Jan 1970 00:00:00 GMT'),
    one('Range', 'bytes=0-0', 'bytes=-1', 'bytes=999999999-', 'bytes=0-0,2-3,5-5', 'lines=1-2', 'bytes=9-1'),
    one('Accept', 'text/html', 'text/event-stream', 'nothing/at-all', '*/*;q=0'),
    one('Accept-Encoding', 'gzip, br', 'identity;q=0, *;q=0', 'gzip;q=2'),
    one('Authorization', 'Bearer', 'Bearer x', 'Basic eDp5', 'bearer  ', `Bearer ${'x'.repeat(3000)}`),
    one('Cookie', `satwatch-${port}=`, `satwatch-${port}=%E0%A4`, '=;=;', `satwatch-${port}`),
    one('Expect', '100-continue', '200-ok'),
    one('Upgrade', 'websocket', 'h2c'),
    one('Connection', 'keep-alive', 'Upgrade', 'close, Host', 'Transfer-Encoding'),
    one('X-Forwarded-Host', 'evil.example'),
    one('X-HTTP-Method-Override', 'DELETE'),
    one('Content-Type', 'application/json', 'multipart/form-data; boundary=', 'text/plain; charset=nothing'),
    one('Content-Encoding', 'gzip', 'br', 'nothing'),
    one('X-Long', 'x'.repeat(15_000), 'x'.repeat(17_000)),
    fc.tuple(fc.stringMatching(/^[A-Za-z][\w-]{0,20}$/), value),
  ) as fc.Arbitrary<[string, string]>;
  const host = fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(`127.0.0.1:${port}`, 'localhost', '[::1]:1') },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', 'evil.example', '[', '127.0.0.1:x', '127.0.0.1, evil.example'),
    },
    { weight: 1, arbitrary: value },
  );
  const shown = fc.oneof({ weight: 8, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: token });
  const few = fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 2, arbitrary: fc.array(odd, { minLength: 1, maxLength: 4 }) },
  );
  return fc.tuple(host, shown, few).map(([name, key, list]) => {
    const entry: [string, string][] = key === undefined || !right ? [] : [['Authorization', `Bearer ${key}`]];
    return [['Host', name], ['Connection', 'close'], ...entry, ...list];
  });
}

const method = fc.oneof(
  { weight: 20, arbitrary: fc.constant('GET') },
  { weight: 2, arbitrary: fc.constant('HEAD') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'POST',
      'PUT',
      'DELETE',
      'PATCH',
      'OPTIONS',
      'TRACE',
      'CONNECT',
      'PROPFIND',
      'get',
      'BREW',
    ),
  },
);

/** A request with the endpoint that it is aimed at. */
export interface Aimed extends RawRequest {
  route: string;
}

/**
 * Endpoints with the parameters that each of them knows, which a server says when it is asked with one that it does not
 * know.
 */
export async function parametersOf(
  routes: readonly string[],
  { runs, probeSets }: Content,
  port: number,
): Promise<Map<string, string[]>> {
  const { id: run, epochs, alerts } = runs.find((candidate) => candidate.alerts.length > 0)!;
  const there: Record<string, unknown> = { run, epoch: epochs[0], alert: alerts[0], id: probeSets[0] };
  const known = new Map<string, string[]>();
  for (const route of routes) {
    const path = route.replaceAll(/:(\w+)/g, (_, name) => String(there[name] ?? 0));
    const response = await fetch(`http://127.0.0.1:${port}${path}?nothing=`);
    const [, list = ''] = /known here: ([\w, ]*)/.exec(await response.text()) ?? [];
    known.set(route, list.split(', ').filter(Boolean));
  }
  return known;
}

/** Requests to all endpoints, most of them right enough to get somewhere, on a store that holds `content`. */
export function requestsTo(
  routes: ReadonlyMap<string, readonly string[]>,
  content: Content,
  server: { port: number; token?: string },
): fc.Arbitrary<Aimed> {
  const names = (list: readonly (string | number)[]) =>
    fc.constantFrom(...(list.length ? list.map(String) : ['0']));
  const rich = content.runs.filter(({ alerts }) => alerts.length > 0);
  const run = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...rich) },
    { weight: 1, arbitrary: fc.constantFrom(...content.runs) },
  );

  const targetAt = (route: string, of: Content['runs'][number]) => {
    const steps = of.steps.filter((step) => step !== null);
    const known: Record<string, fc.Arbitrary<string>> = {
      run: names([of.id, of.name]),
      epoch: names(of.epochs),
      sortEpoch: names(of.epochs),
      step: names(steps),
      sortStep: names(steps),
      alert: names(of.alerts),
      place: fc.nat(6).map(String),
      index: fc.nat(content.images).map(String),
      id: names(content.probeSets),
      segment: names(content.segments),
      class: names(content.classes),
    };
    const valid = (name: string) => known[name] ?? parameters.get(name) ?? wild;
    const parts = route
      .split('/')
      .map((part) => (part.startsWith(':') ? encoded(around(valid(part.slice(1)))) : fc.constant(part)));
    const pair = (name: string) =>
      encoded(fc.oneof({ weight: 4, arbitrary: around(valid(name)) }, around(parameters.get(name)!))).map(
        (value) => `${name}=${value}`,
      );
    const own = fc.shuffledSubarray([...routes.get(route)!]);
    const any = fc.array(fc.constantFrom(...parameters.keys()), { minLength: 1, maxLength: 30 });
    const oddPair = fc.tuple(
      encoded(wild),
      encoded(wild),
      fc.constantFrom('=', '[]=', '[a]=', '', '==', ';'),
    );
    const query = fc.oneof(
      {
        weight: 10,
        arbitrary: fc
          .oneof({ weight: 12, arbitrary: own }, any)
          .chain((chosen) => fc.tuple(...chosen.map(pair))),
      },
      {
        weight: 1,
        arbitrary: fc.array(
          oddPair.map(([a, b, sign]) => `${a}${sign}${b}`),
          { maxLength: 3 },
        ),
      },
    );
    return fc
      .tuple(fc.tuple(...parts), query)
      .map(([path, pairs]) => path.join('/') + (pairs.length ? `?${pairs.join('&')}` : ''));
  };
  const aimed = fc
    .tuple(fc.constantFrom(...routes.keys()), run)
    .chain(([route, of]) => targetAt(route, of).map((target) => ({ route, target })));
  const odd = fc.oneof(
    oddTargets,
    encoded(wild).map((text) => `/${text}`),
    encoded(wild).map((text) => `/api/${text}`),
  );
  const place = fc.oneof(
    { weight: 9, arbitrary: aimed },
    {
      weight: 1,
      arbitrary: odd.map((target) => ({ route: 'elsewhere', target: target.replaceAll(' ', '') || '/' })),
    },
  );
  const body = fc.oneof({ weight: 9, arbitrary: fc.constant('') }, { weight: 1, arbitrary: wild });
  return fc
    .tuple(method, place, headersFor(server.port, server.token), body)
    .map(([verb, at, headers, text]) => {
      const bytes = Buffer.from(text).toString('latin1');
      const length: [string, string][] = bytes ? [['Content-Length', String(bytes.length)]] : [];
      return { ...at, method: verb, headers: [...headers, ...length], body: bytes };
    });
}
