import { refuseUnknownOptions, SatwatchError, suggest } from '../../errors.js';
import type { Alert, Level } from '../../types.js';
import { type Channel, checkLevel, DeliveryFailure } from '../channel.js';
import { messageTemplate } from '../messageTemplate.js';
import { formatOf, type WebhookFormatName, webhookFormats } from './webhookFormats.js';

export interface WebhookOptions {
  /** Where to post, http or https. It is a secret: nothing of it but the host is stored or shown. */
  url: string;
  /** What the receiver expects; default by its address: Slack, Discord, or JSON. */
  format?: WebhookFormatName;
  /** The least level delivered, default 'warning'. */
  level?: Level;
  /** A template with placeholders such as {segment}, or a function of an alert and its run. */
  message?: string | ((alert: Alert, run: string) => string);
  headers?: Record<string, string>;
  /** The time for one attempt, answer included, in ms; default 10,000. */
  timeout?: number;
  /** What the store and the page call the channel; default 'webhook HOST'. */
  name?: string;
}

const optionNames = ['url', 'format', 'level', 'message', 'headers', 'timeout', 'name'];
const defaultMessage = 'satwatch {level}, run {run}, epoch {epoch}: {message}';

/** Refused, but another time it may be taken: a time-out, too early, too many requests. */
const passing = [408, 425, 429];

/** Read of an answer at most; what is beyond does not matter. */
const answerLimit = 65_536;

/**
 * Posts alerts to a chat or a program of yours. What fails stays in the store and is tried again.
 * @throws SatwatchError UNKNOWN_OPTION, BAD_OPTION; none of them repeats the address
 */
export function webhook(options: WebhookOptions): Channel {
  refuseUnknownOptions("channel 'webhook'", options, optionNames);
  const url = checkUrl(options.url);
  const { level = 'warning', timeout = 10_000, name = `webhook ${url.host}` } = options;
  const format = webhookFormats[checkFormat(options.format ?? formatOf(url))];
  const headers = checkHeaders(options.headers);
  const text = textOf(options.message ?? defaultMessage, format.plain);
  if (!(timeout >= 1 && timeout <= 60_000)) bad('timeout', timeout, 'milliseconds from 1 to 60000');
  if (typeof name !== 'string' || !name) bad('name', name, 'a name');

  return {
    name,
    level: checkLevel('webhook', level),
    retry: true,
    timeout,
    async deliver(alert, { run, signal }) {
      const body = JSON.stringify(format.body(text(alert, run), alert, run));
      const { status, retryAfter } = await post(url, headers, body, signal);
      if (status < 300) return;
      if (status >= 500 || passing.includes(status))
        throw new DeliveryFailure(`HTTP ${status}`, retryAfter ?? 'later');
      const redirect = status < 400 ? ', a redirect: give the final address' : '';
      throw new DeliveryFailure(`HTTP ${status}${redirect}`, 'never');
    },
  };
}

interface Answer {
  status: number;
  /** Ms to wait, where the answer says so. */
  retryAfter: number | null;
}

/** One request with its whole answer. Errors are in words of our own: those of fetch may hold the address. */
async function post(url: URL, headers: Headers, body: string, signal: AbortSignal): Promise<Answer> {
  try {
    // 'manual': a redirect would hand the alert to a server that nobody named.
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    const answer = await read(response);
    return { status: response.status, retryAfter: retryAfter(response, answer) };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const { cause } = error as { cause?: { code?: unknown } };
    throw new Error(`no answer (${typeof cause?.code === 'string' ? cause.code : 'connection lost'})`);
  }
}

/** An answer that breaks off in the middle is an error: what is behind it may not have taken the alert. */
async function read({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > answerLimit) break;
  }
  return Buffer.concat(chunks).toString();
}

/** The header Retry-After (seconds or a date), or Discord's `retry_after` (seconds, with decimals) in the answer. */
function retryAfter({ headers }: Response, answer: string): number | null {
  const header = headers.get('retry-after');
  if (header !== null) {
    const ms = /^[\d.]+$/.test(header.trim()) ? 1000 * Number(header) : Date.parse(header) - Date.now();
    if (Number.isFinite(ms)) return ms;
  }
  try {
    const seconds = JSON.parse(answer)?.retry_after;
    return Number.isFinite(seconds) ? 1000 * seconds : null;
  } catch {
    return null;
  }
}

/** Of a function the whole text is escaped, of a template what is filled in. */
function textOf(
  message: WebhookOptions['message'],
  plain: (text: string) => string,
): (alert: Alert, run: string) => string {
  if (typeof message === 'string') {
    const template = messageTemplate("channel 'webhook'", message);
    return (alert, run) => template(alert, run, plain);
  }
  if (typeof message !== 'function')
    return bad('message', message, "a template such as '{run}: {message}', or a function of an alert");
  return (alert, run) => {
    let text: unknown;
    try {
      text = message(alert, run);
    } catch (error) {
      throw new DeliveryFailure(`message: ${error instanceof Error ? error.message : error}`, 'never');
    }
    if (typeof text === 'string') return plain(text);
    throw new DeliveryFailure(`message: the function gave ${typeof text}, expected a string`, 'never');
  };
}

function checkUrl(given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    return bad('url', url ? `an address with ${url.protocol}` : kindOf(given), 'an http or https address');
  if (url.username || url.password)
    bad('url', 'a user or password in the address', 'them in a header: headers: { authorization: … }');
  return url;
}

function checkFormat(format: string): WebhookFormatName {
  if (Object.hasOwn(webhookFormats, format)) return format as WebhookFormatName;
  return bad('format', `'${format}'`, `another: ${suggest(format, Object.keys(webhookFormats))}`);
}

/** Their values may be secrets as well. */
function checkHeaders(given: Record<string, string> = {}): Headers {
  const headers = new Headers({ 'content-type': 'application/json', 'user-agent': 'satwatch' });
  if (typeof given !== 'object' || given === null) bad('headers', kindOf(given), 'an object of strings');
  for (const [name, value] of Object.entries(given))
    try {
      headers.set(name, value);
    } catch {
      bad(`headers.${name}`, 'what HTTP does not allow', 'a header name and a string without line breaks');
    }
  return headers;
}

/** Without the value: it may be a mistyped secret. */
const kindOf = (value: unknown) => (value === undefined ? 'nothing' : `a ${typeof value} that is none`);

function bad(option: string, got: unknown, expected: string): never {
  throw new SatwatchError(
    'BAD_OPTION',
    `channel 'webhook': ${option}: got ${String(got)}, expected ${expected}`,
    option,
  );
}
