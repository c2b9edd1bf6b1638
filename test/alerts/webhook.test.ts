import { type Alert, type Channel, channels, SatwatchError } from 'satwatch';
import { describe, expect, it } from 'vitest';
import { formatOf } from '../../src/alerts/channels/webhookFormats.js';
import { type Answer, halfWay, hang, ok, status, webhookServer } from '../webhookServer.js';

const secret = 'T0SECRET/B0SECRET/xyzzySECRET';

const alert: Alert = {
  id: 7,
  rule: 'reliance',
  level: 'alarm',
  segment: 'a<b> & "c"',
  className: '*<!channel>* @everyone',
  epoch: 3,
  from: null,
  to: 0.123456789,
  message: "Predictions move 12 points towards 'x' when 'a<b>' is present",
  evidence: { peak: 0.12, z: Number.POSITIVE_INFINITY },
  resolvedEpoch: null,
  delivery: { console: 'delivered' },
};

/** Delivers to a server of its own and gives what arrived there, or how it failed. */
async function sent(
  options: Partial<Parameters<typeof channels.webhook>[0]>,
  answer: Answer = ok,
  of = alert,
) {
  const server = await webhookServer(answer);
  const channel = channels.webhook({ url: `${server.origin}/services/${secret}`, ...options });
  const error = await delivered(channel, of);
  return { ...server, error, body: server.received[0]?.body };
}

async function delivered(channel: Channel, of = alert, limit = 5000): Promise<any> {
  const context = { run: 'horses <1>', stop() {}, signal: AbortSignal.timeout(limit) };
  try {
    await channel.deliver(of, context);
  } catch (error) {
    expect(String(error)).not.toContain('SECRET');
    return error;
  }
}

describe('what is posted', () => {
  it.each([
    ['https://hooks.slack.com/services/T/B/x', 'slack'],
    ['https://hooks.slack-gov.com/services/T/B/x', 'slack'],
    ['https://hooks.slack.com.example.org/services/T/B/x', 'json'],
    ['https://discord.com/api/webhooks/1/x', 'discord'],
    ['https://canary.discord.com/api/v10/webhooks/1/x', 'discord'],
    ['https://discordapp.com/api/webhooks/1/x', 'discord'],
    ['https://notdiscord.com/api/webhooks/1/x', 'json'],
    ['http://localhost:3000/hook', 'json'],
  ])('%s gets %s', (url, format) => expect(formatOf(new URL(url))).toBe(format));

  it('JSON: the whole alert, its run and the version of the shape', async () => {
    const { received, body } = await sent({ headers: { authorization: 'Bearer x' } });
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      method: 'POST',
      path: `/services/${secret}`,
      headers: { 'content-type': 'application/json', authorization: 'Bearer x', 'user-agent': 'satwatch' },
    });
    const { delivery: _, ...rest } = alert;
    expect(body).toEqual({
      schema: 1,
      run: 'horses <1>',
      text: `satwatch alarm, run horses <1>, epoch 3: ${alert.message}`,
      alert: { ...rest, evidence: { peak: 0.12, z: null } },
    });
  });

  it('Slack: names cannot be markup, the template can', async () => {
    const { body } = await sent({
      format: 'slack',
      message: '<!here> *{level}* of { run }: {segment} in {class}, {from} to {to} ({rule}, {epoch})',
    });
    expect(body).toEqual({
      text: '<!here> *alarm* of horses &lt;1&gt;: a&lt;b&gt; &amp; "c" in *&lt;!channel&gt;* @everyone, – to 0.1235 (reliance, 3)',
    });
  });

  it('Discord: nobody is mentioned, names are no markup', async () => {
    const { body } = await sent({ format: 'discord', message: '**{level}** {class} {segment}' });
    expect(body).toEqual({
      content: '**alarm** \\*\\<!channel\\>\\* \\@everyone a\\<b\\> & "c"',
      allowed_mentions: { parse: [] },
    });
  });

  it.each([
    ['slack', 'text', 4000],
    ['discord', 'content', 2000],
  ] as const)('%s: no longer than it takes, cut between characters', async (format, field, limit) => {
    for (const pad of ['', 'x', 'xx', 'xxx', 'xxxx', 'xxxxx']) {
      const of = { ...alert, message: `${pad}${'&🦓<'.repeat(3000)}` };
      const { body } = await sent({ format, message: '{message}' }, ok, of);
      const text: string = body[field];
      expect(text.length).toBeLessThanOrEqual(limit);
      expect(text.length).toBeGreaterThan(limit - 10);
      expect(text).toMatch(/(&|&amp;|🦓|<|&lt;)…$/);
    }
  });

  it('a function makes the text, which is escaped', async () => {
    const { body } = await sent({ format: 'slack', message: ({ segment }, run) => `${run}: ${segment}` });
    expect(body).toEqual({ text: 'horses &lt;1&gt;: a&lt;b&gt; &amp; "c"' });
  });

  it.each([
    [
      () => {
        throw new Error('no such key');
      },
      'message: no such key',
    ],
    [() => 7 as never, 'message: the function gave number, expected a string'],
  ])('a function that fails is not called again', async (message, words) => {
    const { error, received } = await sent({ message });
    expect(error).toMatchObject({ message: words, again: 'never' });
    expect(received).toEqual([]);
  });
});

describe('what the answer means', () => {
  it.each([200, 201, 204])('%i: delivered', async (code) => {
    expect((await sent({}, status(code))).error).toBeUndefined();
  });
  it.each([400, 401, 403, 404, 410])('%i: never again', async (code) => {
    expect((await sent({}, status(code))).error).toMatchObject({ message: `HTTP ${code}`, again: 'never' });
  });
  it.each([408, 425, 429, 500, 502, 503])('%i: later', async (code) => {
    expect((await sent({}, status(code))).error).toMatchObject({ message: `HTTP ${code}`, again: 'later' });
  });
  it.each([
    ['seconds', { 'retry-after': '65' }, '', 65_000],
    ['a date', { 'retry-after': new Date(Date.now() + 90_000).toUTCString() }, '', 90_000],
    ["Discord's field", {}, '{"retry_after": 64.57, "global": false}', 64_570],
  ])('Retry-After as %s', async (_, headers, body, ms) => {
    const { error } = await sent({}, status(429, headers as never, body));
    expect(error.message).toBe('HTTP 429');
    expect(Math.abs(error.again - ms)).toBeLessThan(2500);
  });

  it.each([301, 302, 307, 308])('%i: nothing is sent to where it points', async (code) => {
    const other = await webhookServer(ok);
    const { error } = await sent({}, status(code, { location: `${other.origin}/${secret}` }));
    expect(error).toMatchObject({
      again: 'never',
      message: expect.stringContaining(`HTTP ${code}, a redirect`),
    });
    expect(other.received).toEqual([]);
  });

  it('an answer that breaks off is none', async () => {
    const { error } = await sent({}, halfWay);
    expect(error.message).toMatch(/^no answer \(\w+\)$/);
  });

  it('names what kept it from connecting, not where to', async () => {
    const server = await webhookServer(ok);
    await server.close();
    const error = await delivered(channels.webhook({ url: `${server.origin}/${secret}` }));
    expect(error.message).toBe('no answer (ECONNREFUSED)');
  });

  it('gives up waiting when its signal says so', async () => {
    const { origin } = await webhookServer(hang);
    const error = await delivered(channels.webhook({ url: `${origin}/${secret}` }), alert, 100);
    expect(error.name).toBe('TimeoutError');
  });

  it('waits no longer for a body without end, and reads little of a long one', async () => {
    const slow: Answer = (response) => {
      response.write('ok');
      const drip = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(drip));
    };
    const { origin } = await webhookServer(slow);
    const error = await delivered(channels.webhook({ url: `${origin}/${secret}` }), alert, 200);
    expect(error.name).toBe('TimeoutError');
    const flood: Answer = (response) => {
      const more = () => !response.destroyed && response.write('x'.repeat(10_000), () => setImmediate(more));
      more();
    };
    expect((await sent({}, flood)).error).toBeUndefined();
  });
});

describe('options', () => {
  const url = `https://hooks.slack.com/services/${secret}`;

  it('has a name without the secret, which it does not show', () => {
    const channel = channels.webhook({ url, headers: { authorization: 'SECRET' } });
    expect(channel).toMatchObject({ name: 'webhook hooks.slack.com', level: 'warning', timeout: 10_000 });
    expect(JSON.stringify(channel)).not.toContain('SECRET');
    expect(channels.webhook({ url: 'http://localhost:8080/x' }).name).toBe('webhook localhost:8080');
    expect(channels.webhook({ url, name: 'on call', level: 'severe' })).toMatchObject({
      name: 'on call',
      level: 'severe',
    });
  });

  it.each([
    [{ url, fromat: 'slack' }, 'UNKNOWN_OPTION', /'fromat'; did you mean 'format'/],
    [{}, 'BAD_OPTION', /url: got nothing, expected an http or https address/],
    [{ url: `hooks.slack.com/${secret}` }, 'BAD_OPTION', /url: got a string that is none, expected an http/],
    [{ url: `ftp://example.org/${secret}` }, 'BAD_OPTION', /url: got an address with ftp:/],
    [{ url: `https://user:SECRET@example.org/` }, 'BAD_OPTION', /url: got a user or password.*authorization/],
    [{ url, format: 'slcak' }, 'BAD_OPTION', /format: got 'slcak'.*did you mean 'slack'/],
    [{ url, level: 'alrm' }, 'BAD_OPTION', /level: got 'alrm', expected one of warning, alarm, severe/],
    [{ url, message: '{segmnet}' }, 'BAD_OPTION', /placeholder '\{segmnet\}'; did you mean 'segment'/],
    [{ url, message: '{toString}' }, 'BAD_OPTION', /unknown placeholder '\{toString\}'/],
    [{ url, message: 7 }, 'BAD_OPTION', /message: got 7/],
    [
      { url, headers: { 'x-key': 'SECRET\nx' } },
      'BAD_OPTION',
      /headers\.x-key: got what HTTP does not allow/,
    ],
    [{ url, timeout: 0 }, 'BAD_OPTION', /timeout: got 0, expected milliseconds from 1 to 60000/],
    [{ url, timeout: Number.NaN }, 'BAD_OPTION', /timeout: got NaN/],
    [{ url, name: '' }, 'BAD_OPTION', /name: got , expected a name/],
  ])('refuses %j', (options, code, words) => {
    let caught: any;
    try {
      channels.webhook(options as never);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(SatwatchError);
    expect(caught).toMatchObject({ code, message: expect.stringMatching(words) });
    expect(`${caught.stack} ${JSON.stringify(caught)} ${caught.cause}`).not.toContain('SECRET');
  });
});
