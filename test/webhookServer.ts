import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export type Answer = (response: ServerResponse, request: IncomingMessage) => unknown;

interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: any;
  /** Ms since 1970. */
  at: number;
}

export const ok: Answer = (response) => response.end('ok');
export const status =
  (code: number, headers: Record<string, string> = {}, body = ''): Answer =>
  (response) =>
    response.writeHead(code, headers).end(body);
/** Takes the request and never answers. */
export const hang: Answer = () => {};
/** Announces a hundred bytes, sends two, and closes. */
export const halfWay: Answer = (response) => {
  response.writeHead(200, { 'content-length': '100' });
  response.write('ok', () => response.destroy());
};

/** A real server on loopback: one answer a request, the last one for all that follow. */
export async function webhookServer(...answers: Answer[]) {
  const received: Received[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const answer = answers[Math.min(received.length, answers.length - 1)];
      const { method = '', url: path = '', headers } = request;
      const body = JSON.parse(Buffer.concat(chunks).toString() || 'null');
      received.push({ method, path, headers, body, at: Date.now() });
      answer(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(async () => void (await close()));
  return { received, port, origin: `http://127.0.0.1:${port}`, close };
}
