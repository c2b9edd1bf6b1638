import { connect } from 'node:net';

/** A request as bytes on the wire, so that it may be as wrong as it likes. */
export interface RawRequest {
  method: string;
  /** As it stands in the first line; every character is a byte. */
  target: string;
  headers: [name: string, value: string][];
  body: string;
}

export interface Answer {
  /** null: the connection was closed without an answer; 'none': no answer came in time. */
  status: number | null | 'none';
  ms: number;
  /** As far as it was read. */
  text: string;
}

/** Sends it and reads the answer to its end; of an event stream the first event. */
export function send(port: number, request: RawRequest, limit: number): Promise<Answer> {
  const { method, target, headers, body } = request;
  const head = [`${method} ${target} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  return new Promise((resolve) => {
    const started = performance.now();
    let text = '';
    const socket = connect(port, '127.0.0.1');
    const end = (status: Answer['status']) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ status, ms: performance.now() - started, text });
    };
    const timer = setTimeout(() => end('none'), limit);
    socket.on('connect', () => socket.write(`${head.join('\r\n')}\r\n\r\n${body}`, 'latin1'));
    socket.on('data', (data) => {
      text += data.toString('latin1');
      const status = complete(text, method);
      if (status !== undefined) end(status);
    });
    // Also after a reset: the server may close while we still write.
    socket.on('error', () => {});
    socket.on('close', () => end(statusOf(text) ?? null));
  });
}

/** The status of an answer that is all there. */
function complete(text: string, method: string): number | undefined {
  const final = withoutInterim(text);
  const at = final.indexOf('\r\n\r\n');
  const status = statusOf(final);
  if (at < 0 || status === undefined) return undefined;
  const head = final.slice(0, at).toLowerCase();
  const body = final.slice(at + 4);
  if (method === 'HEAD' || status === 204 || status === 304) return status;
  if (head.includes('content-type: text/event-stream')) return body.includes('event: ') ? status : undefined;
  const length = /content-length: (\d+)/.exec(head);
  if (length) return body.length >= Number(length[1]) ? status : undefined;
  if (head.includes('transfer-encoding: chunked')) return body.endsWith('0\r\n\r\n') ? status : undefined;
  return undefined;
}

/** '100 Continue' and its like come before the answer. */
function withoutInterim(text: string): string {
  let rest = text;
  while (/^HTTP\/1\.1 1\d\d /.test(rest) && rest.includes('\r\n\r\n'))
    rest = rest.slice(rest.indexOf('\r\n\r\n') + 4);
  return rest;
}

function statusOf(text: string): number | undefined {
  const match = /^HTTP\/1\.1 ([2-9]\d\d) /.exec(withoutInterim(text));
  return match ? Number(match[1]) : undefined;
}
