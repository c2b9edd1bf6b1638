import { join } from 'node:path';
import type { Application } from 'express';
import fc from 'fast-check';
import { openStore } from 'satwatch';
import { createDashboard } from 'satwatch/dashboard';
import { fill } from './fill.js';
import { type Child, startChild } from './processes.js';
import { type Answer, send } from './rawRequest.js';
import { type Aimed, parametersOf, requestsTo, routesOf } from './requests.js';
import type { ServeOptions } from './serve.js';

/** In ms. */
const limit = 5000;
const atOnce = 20;

export interface ApiOptions {
  folder: string;
  requests: number;
  seed?: number;
}

export interface ApiReport {
  seed: number;
  requests: number;
  /** How many answers of each status; 'closed': the connection was closed without one. */
  statuses: Record<string, number>;
  /** For each endpoint the requests aimed at it, and those answered with 2xx. */
  routes: Record<string, { aimed: number; found: number }>;
  /** Of the slowest answer, ms. */
  slowest: number;
  /** Of the two servers together after a tenth of the requests, and after all: MB. */
  memory: { heap: [number, number]; rss: [number, number] };
  failures: string[];
}

interface Server {
  child: Child;
  port: number;
  token?: string;
}

/** Random requests, 20 at a time, to two dashboards on one store: one open, one that asks for a token. */
export async function askAnything(options: ApiOptions): Promise<ApiReport> {
  const { folder, requests: count, seed = Math.floor(Math.random() * 2 ** 31) } = options;
  const store = join(folder, 'content.sqlite');
  const content = await fill(store);
  const reader = openStore(store, { readonly: true });
  const paths = routesOf(createDashboard(reader) as Application);
  reader.close();

  const servers = await Promise.all([start(store), start(store, 'the-right-token-of-this-test')]);
  const routes = await parametersOf(paths, content, servers[0].port);
  const report: ApiReport = {
    seed,
    requests: 0,
    statuses: {},
    routes: Object.fromEntries([...paths, 'elsewhere'].map((route) => [route, { aimed: 0, found: 0 }])),
    slowest: 0,
    memory: { heap: [0, 0], rss: [0, 0] },
    failures: [],
  };
  const requests = servers.map((server, i) =>
    fc.record({ server: fc.constant(i), request: requestsTo(routes, content, server) }),
  );
  const batch = fc.array(
    fc.oneof({ weight: 4, arbitrary: requests[0] }, { weight: 1, arbitrary: requests[1] }),
    { minLength: atOnce, maxLength: atOnce },
  );
  const run = async (numRuns: number, from: number) => {
    const property = fc.asyncProperty(batch, async (list) => {
      const answers = await Promise.all(
        list.map(({ server, request }) => send(servers[server].port, request, limit)),
      );
      for (const [k, answer] of answers.entries()) tally(report, list[k].request, answer);
      const wrong = answers.flatMap((answer, k) => flaw(list[k].request, answer) ?? []);
      if (wrong.length) throw new Error(wrong.join('\n'));
    });
    const { failed, errorInstance } = await fc.check(property, { numRuns, seed: from, endOnFailure: true });
    if (failed) report.failures.push(String(errorInstance).slice(0, 3000));
  };
  const rounds = Math.ceil(count / atOnce);
  const first = Math.ceil(rounds / 10);
  try {
    await run(first, seed);
    const before = await memory(servers);
    await run(rounds - first, seed + 1);
    const after = await memory(servers);
    for (const what of ['heap', 'rss'] as const) report.memory[what] = [before[what], after[what]];
    for (const server of servers) await stillAnswers(server, report.failures);
  } catch (error) {
    report.failures.push(String(error));
  }
  for (const { child } of servers) child.kill();
  for (const { child } of servers) {
    const { errors } = await child.end;
    if (errors) report.failures.push(`a server logged ${errors.slice(0, 2000)}`);
  }
  return report;
}

async function start(store: string, token?: string): Promise<Server> {
  const child = startChild('serve', { store, token } satisfies ServeOptions, ['--expose-gc']);
  return { child, port: Number(await child.until('serving')), ...(token && { token }) };
}

function tally(report: ApiReport, request: Aimed, answer: Answer): void {
  const { statuses, routes } = report;
  report.requests++;
  const status = String(answer.status ?? 'closed');
  statuses[status] = (statuses[status] ?? 0) + 1;
  const at = routes[request.route];
  at.aimed++;
  if (/^2/.test(status)) at.found++;
  report.slowest = Math.max(report.slowest, answer.ms);
}

/** What is wrong with an answer, in words. */
function flaw({ method, target, headers }: Aimed, { status, text }: Answer): string | undefined {
  const what = `${method} ${target.slice(0, 300)} ${JSON.stringify(headers).slice(0, 500)}`;
  if (status === 'none') return `no answer in ${limit} ms: ${what}`;
  // Node closes the connection of a CONNECT that nobody listens for.
  if (status === null) return method === 'CONNECT' ? undefined : `closed without an answer: ${what}`;
  if (status >= 500) return `${status}: ${what}`;
  if (status >= 400 && /node_modules|\bat \w+ \(|\.js:\d/.test(text))
    return `tells of its inside: ${what}: ${text.slice(0, 500)}`;
  return undefined;
}

async function memory(servers: Server[]): Promise<{ heap: number; rss: number }> {
  const all = await Promise.all(
    servers.map(async ({ child }) => {
      const word = `memory${child.lines.length}`;
      child.say(word);
      return JSON.parse(await child.until(word)) as { heapUsed: number; rss: number };
    }),
  );
  const sum = (of: 'heapUsed' | 'rss') => all.reduce((total, one) => total + one[of], 0) / 1e6;
  return { heap: sum('heapUsed'), rss: sum('rss') };
}

/** The page's own requests, after all that. */
async function stillAnswers({ port, token }: Server, failures: string[]): Promise<void> {
  for (const target of ['/', '/api/about', '/api/runs?limit=1000', '/api/runs/1', '/api/events?since=0']) {
    const headers: [string, string][] = [
      ['Host', 'localhost'],
      ['Connection', 'close'],
    ];
    if (token) headers.push(['Authorization', `Bearer ${token}`]);
    const { status } = await send(port, { method: 'GET', target, headers, body: '' }, limit);
    if (status !== 200) failures.push(`afterwards: ${status} for ${target}`);
  }
}
