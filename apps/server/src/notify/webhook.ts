import { setTimeout as sleep } from 'node:timers/promises';
import { deadlineSignal } from '@clip-watch/basics';

import type { BaseLogger } from 'pino';
import { messageOf } from '../errors.js';

export interface WebhookOptions {
  /** May hold a secret: never logged beyond its host. */
  readonly url: string;
  readonly log?: Pick<BaseLogger, 'debug' | 'info' | 'warn'>;
  /** For one request. Default 10,000. */
  readonly timeoutMs?: number;
  /** Waits before the second and each later try. Default 1 s, 10 s and 60 s. */
  readonly retryDelaysMs?: readonly number[];
  /** What `close` waits for a request that is under way. Default 1,000. */
  readonly closeGraceMs?: number;
}

/**
 * POSTs JSON to one address, one after the other, in order. A message that cannot be delivered is dropped after its
 * tries; that is logged once, until one arrives again.
 */
export interface Webhook extends AsyncDisposable {
  /** Returns at once, and never throws. */
  send(body: object): void;
  close(): Promise<void>;
}

const TIMEOUT_MS = 10_000;
const RETRY_DELAYS_MS = [1_000, 10_000, 60_000];
const CLOSE_GRACE_MS = 1_000;
/** An address that is dead for days must not gather messages. */
const MOST_WAITING = 100;

type Delivery =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'failed'; readonly why: string; readonly again: boolean };

export function createWebhook(options: WebhookOptions): Webhook {
  const { log, timeoutMs = TIMEOUT_MS, retryDelaysMs = RETRY_DELAYS_MS } = options;
  const target = toTarget(options.url);
  const { host } = target.url;
  const waiting: string[] = [];
  const closing = new AbortController();
  const force = new AbortController();
  let running: Promise<void> | null = null;
  let isFailing = false;

  const attempt = async (body: string): Promise<Delivery> => {
    const delivery = await post(target, body, deadlineSignal(timeoutMs, force.signal));
    if (delivery.kind === 'failed') log?.debug({ host, why: delivery.why }, 'the webhook did not take a notice');
    return delivery;
  };

  const deliver = async (body: string): Promise<void> => {
    let delivery = await attempt(body);
    for (const delayMs of retryDelaysMs) {
      if (delivery.kind === 'delivered' || !delivery.again || closing.signal.aborted) break;
      await sleep(delayMs, undefined, { signal: closing.signal, ref: false }).catch(() => {}); // Closing: the loop ends.
      if (!closing.signal.aborted) delivery = await attempt(body);
    }
    note(delivery);
  };

  const note = (delivery: Delivery): void => {
    if (delivery.kind === 'failed' && !isFailing)
      log?.warn(
        { host, why: delivery.why },
        'the webhook of NOTIFY_URL cannot be reached; further failures are not logged',
      );
    if (delivery.kind === 'delivered' && isFailing) log?.info({ host }, 'the webhook of NOTIFY_URL answers again');
    isFailing = delivery.kind === 'failed';
  };

  const run = async (): Promise<void> => {
    for (let body = waiting.shift(); body !== undefined; body = waiting.shift()) await deliver(body);
  };

  const close = async (): Promise<void> => {
    closing.abort();
    waiting.length = 0;
    const timer = setTimeout(() => force.abort(), options.closeGraceMs ?? CLOSE_GRACE_MS);
    await running;
    clearTimeout(timer);
  };
  return {
    send(body) {
      if (closing.signal.aborted || waiting.length >= MOST_WAITING) return;
      waiting.push(JSON.stringify(body));
      running ??= run().finally(() => {
        running = null;
      });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Target {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** `fetch` refuses an address with a name and a password in it, and repeats both in its error. */
function toTarget(address: string): Target {
  const url = new URL(address);
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  url.username = '';
  url.password = '';
  const headers = { 'content-type': 'application/json', 'user-agent': 'clip-watch' };
  if (credentials === ':') return { url, headers };
  return { url, headers: { ...headers, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } };
}

async function post({ url, headers }: Target, body: string, signal: AbortSignal): Promise<Delivery> {
  try {
    // A redirect would turn the POST into a GET somewhere else: the address is to be set right instead.
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal,
    });
    await response.body?.cancel();
    if (response.ok) return { kind: 'delivered' };
    return { kind: 'failed', why: `it answers ${response.status}`, again: isWorthARetry(response.status) };
  } catch (error) {
    return { kind: 'failed', why: reasonOf(error), again: true };
  }
}

function isWorthARetry(status: number): boolean {
  return status >= 500 || status === 408 || status === 429;
}

/** `fetch` says "fetch failed" and keeps the reason as the cause. Its own words never hold the address. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return messageOf(cause instanceof Error && cause.message !== '' ? cause : error);
}
