import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { createWebhook, type Webhook, type WebhookOptions } from './webhook.js';

interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** Bodies, in the order they came. */
  readonly bodies: string[];
  /** The authorization of each. */
  readonly shown: (string | undefined)[];
}

/** A real server; `answer` says what it does with the request of that number, from 0. */
async function startReceiver(
  answer: (response: ServerResponse, number: number, body: string) => void,
): Promise<Receiver> {
  const bodies: string[] = [];
  const shown: Receiver['shown'] = [];
  let requests = 0;
  const server = createServer(async (request: IncomingMessage, response) => {
    const number = requests++;
    shown.push(request.headers.authorization);
    const body = await text(request);
    bodies.push(body);
    answer(response, number, body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo; // Listening on TCP.
  return {
    url: `http://127.0.0.1:${port}/hook/s3cret`,
    bodies,
    shown,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

interface Heard {
  readonly lines: { readonly level: string; readonly facts: Record<string, unknown>; readonly message: string }[];
  readonly webhook: Webhook;
}

function open(url: string, options: Partial<WebhookOptions> = {}): Heard {
  const lines: Heard['lines'] = [];
  const level =
    (name: string) =>
    (facts: Record<string, unknown>, message: string): void =>
      void lines.push({ level: name, facts, message });
  const log = { debug: level('debug'), info: level('info'), warn: level('warn') } as unknown as NonNullable<
    WebhookOptions['log']
  >;
  const webhook = createWebhook({ url, log, timeoutMs: 30_000, retryDelaysMs: [1, 1], closeGraceMs: 50, ...options });
  return { lines, webhook };
}

const ok = (response: ServerResponse): void => void response.end();
const refuse =
  (status: number) =>
  (response: ServerResponse): void =>
    void response.writeHead(status).end('no');
const warnings = ({ lines }: Heard): string[] =>
  lines.filter(({ level }) => level === 'warn').map(({ facts }) => `${facts.why}`);

describe('createWebhook', () => {
  test('posts in order, one after the other', async () => {
    await using receiver = await startReceiver(ok);
    const { webhook } = open(receiver.url);
    for (const at of [1, 2, 3]) webhook.send({ at });
    await expect.poll(() => receiver.bodies).toEqual(['{"at":1}', '{"at":2}', '{"at":3}']);
    await webhook.close();
  });

  test.each([500, 503, 429, 408])('tries again after %i', async (status) => {
    await using receiver = await startReceiver((response, number) => (number < 2 ? refuse(status) : ok)(response));
    const heard = open(receiver.url);
    heard.webhook.send({ at: 1 });
    heard.webhook.send({ at: 2 });
    await expect.poll(() => receiver.bodies).toEqual(['{"at":1}', '{"at":1}', '{"at":1}', '{"at":2}']);
    await heard.webhook.close();
    expect(warnings(heard)).toEqual([]);
  });

  test.each([400, 404, 302])('does not try again after %i', async (status) => {
    await using receiver = await startReceiver((response, number) => (number === 0 ? refuse(status) : ok)(response));
    const heard = open(receiver.url);
    heard.webhook.send({ at: 1 });
    heard.webhook.send({ at: 2 });
    await expect.poll(() => receiver.bodies).toEqual(['{"at":1}', '{"at":2}']);
    await heard.webhook.close();
    expect(warnings(heard)).toEqual([`it answers ${status}`]);
  });

  test('a receiver that always fails is logged once, and once more when it answers again', async () => {
    let isWell = false;
    await using receiver = await startReceiver((response) => (isWell ? ok : refuse(500))(response));
    const heard = open(receiver.url);
    for (const at of [1, 2, 3]) heard.webhook.send({ at });
    await expect.poll(() => receiver.bodies.length).toBe(9);
    isWell = true;
    heard.webhook.send({ at: 4 });
    await expect.poll(() => heard.lines.filter(({ level }) => level === 'info').length).toBe(1);
    await heard.webhook.close();
    expect(warnings(heard)).toEqual(['it answers 500']);
  });

  test('one that never answers costs its time-out, and the next message goes out', async () => {
    await using receiver = await startReceiver((response, _, body) => (body === '{"at":1}' ? undefined : ok(response)));
    const heard = open(receiver.url, { timeoutMs: 1_000, retryDelaysMs: [] });
    heard.webhook.send({ at: 1 });
    heard.webhook.send({ at: 2 });
    const isBack = (): boolean => heard.lines.some(({ level }) => level === 'info');
    await expect.poll(isBack, { timeout: 20_000 }).toBe(true);
    await heard.webhook.close();
    expect(receiver.bodies).toEqual(['{"at":1}', '{"at":2}']);
    expect(warnings(heard)).toEqual(['The time is over.']);
  });

  test('one that starts its answer and never ends it is no hindrance', async () => {
    await using receiver = await startReceiver((response) => void response.writeHead(200).write('x'));
    const { webhook } = open(receiver.url);
    webhook.send({ at: 1 });
    webhook.send({ at: 2 });
    await expect.poll(() => receiver.bodies).toHaveLength(2);
    await webhook.close();
  });

  test('an address where nobody listens is logged without its path, which may be a secret', async () => {
    const { url } = await (async () => {
      await using receiver = await startReceiver(ok);
      return receiver;
    })();
    const heard = open(url);
    heard.webhook.send({ at: 1 });
    await expect.poll(() => warnings(heard)).toEqual([expect.stringContaining('ECONNREFUSED')]);
    await heard.webhook.close();
    expect(JSON.stringify(heard.lines)).not.toContain('s3cret');
  });

  test('a name and a password in the address go as a header, and into no log', async () => {
    await using receiver = await startReceiver((response, number) => (number === 0 ? ok : refuse(404))(response));
    const heard = open(receiver.url.replace('http://', 'http://me:hunter2%21@'));
    heard.webhook.send({ at: 1 });
    heard.webhook.send({ at: 2 });
    await expect.poll(() => warnings(heard)).toHaveLength(1);
    await heard.webhook.close();
    expect(receiver.shown[0]).toBe(`Basic ${Buffer.from('me:hunter2!').toString('base64')}`);
    expect(JSON.stringify(heard.lines)).not.toContain('hunter2');
  });

  test('closing waits for no retry, drops what waits, and cuts a request that hangs', async () => {
    await using receiver = await startReceiver(() => {});
    const heard = open(receiver.url, { timeoutMs: 3_600_000, retryDelaysMs: [3_600_000] });
    heard.webhook.send({ at: 1 });
    heard.webhook.send({ at: 2 });
    await expect.poll(() => receiver.bodies).toHaveLength(1);
    await heard.webhook.close();
    heard.webhook.send({ at: 3 });
    expect(receiver.bodies).toEqual(['{"at":1}']);
  });

  test('keeps no more than a hundred messages for a receiver that is away', async () => {
    let answers: ServerResponse[] = [];
    await using receiver = await startReceiver((response) => void answers.push(response));
    const { webhook } = open(receiver.url, { timeoutMs: 3_600_000 });
    for (let at = 0; at < 500; at++) webhook.send({ at });
    const seen = async (): Promise<number> => {
      for (const response of answers) response.end();
      answers = [];
      return receiver.bodies.length;
    };
    await expect.poll(seen, { interval: 5, timeout: 10_000 }).toBe(101);
    await webhook.close();
  });
});
