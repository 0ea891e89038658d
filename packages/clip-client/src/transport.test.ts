import { AsyncLocalStorage } from 'node:async_hooks';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMockApollo } from '@clip-watch/apollo-mock';
import {
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClipClient } from './clip-client.js';
import { collect, describeOutcome, solidImage, solidImages } from './testing/images.js';
import { recordLog } from './testing/log.js';

const folder = mkdtempSync(join(tmpdir(), 'clip-watch-transport-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function makeCertificate(name: string): { readonly key: string; readonly cert: string; readonly certFile: string } {
  const keyFile = join(folder, `${name}.key`);
  const certFile = join(folder, `${name}.pem`);
  const args = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=${name} -addext subjectAltName=DNS:localhost,IP:127.0.0.1`;
  execFileSync('openssl', [...args.split(' '), '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' });
  return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8'), certFile };
}

test('an encoder that is off is told in one sentence', async () => {
  await using apollo = await startMockApollo();
  const { address } = apollo;
  await apollo.close();
  await using client = createClipClient({ addresses: [address] });
  await collect(client.encodeImages([solidImage(1)]));
  expect(client.health().encoders[0]?.reason).toMatch(/ECONNREFUSED[^\n]*\d$/);
});

describe('TLS', () => {
  let ours: ReturnType<typeof makeCertificate>;
  let foreign: ReturnType<typeof makeCertificate>;
  beforeAll(() => {
    ours = makeCertificate('ours');
    foreign = makeCertificate('foreign');
  });

  test('an own authority is trusted, and the token travels', async () => {
    await using apollo = await startMockApollo({ tls: ours, token: 's3cret' });
    await using client = createClipClient({ addresses: [apollo.address], caFile: ours.certFile, token: 's3cret' });
    const { outcomes } = await collect(client.encodeImages(solidImages(5)));
    expect(outcomes.map(describeOutcome)).toEqual(new Array(5).fill('encoded'));
    expect(apollo.lastMetadata.authorization).toBe('Bearer s3cret');
  });

  test('an address of numbers works too', async () => {
    await using apollo = await startMockApollo({ tls: ours });
    const address = apollo.address.replace('localhost', '127.0.0.1');
    await using client = createClipClient({ addresses: [address], caFile: ours.certFile });
    expect((await collect(client.encodeImages([solidImage(1)]))).outcomes).toHaveLength(1);
  });

  test.each([
    ['a foreign certificate', () => foreign.certFile, (address: string) => address],
    ['plaintext to a TLS port', () => undefined, (address: string) => address.replace('grpcs', 'grpc')],
  ])('%s is UNAVAILABLE', async (_, caFile, toAddress) => {
    await using apollo = await startMockApollo({ tls: ours });
    const file = caFile();
    await using client = createClipClient({ addresses: [toAddress(apollo.address)], ...(file && { caFile: file }) });
    const { error } = await collect(client.encodeImages([solidImage(1)]));
    expect(error).toMatchObject({ code: 'UNAVAILABLE' });
    expect(apollo.counters.items).toBe(0);
  });
});

test('works over a Unix socket, and names go to it', async () => {
  await using apollo = await startMockApollo({ listen: `unix:${join(folder, 'a.sock')}`, token: 's3cret' });
  await using client = createClipClient({ addresses: [apollo.address], token: 's3cret' });
  expect((await collect(client.encodeImages([solidImage(1)]))).outcomes.map(describeOutcome)).toEqual(['encoded']);
  expect(apollo.seen[0]).toMatchObject({ libraryId: '7', relPath: 'holiday/1.jpg', timeoutMs: 30_000 });
});

test('no log line holds the token', async () => {
  await using apollo = await startMockApollo({ token: 'right' });
  const log = recordLog();
  await using client = createClipClient({ addresses: [apollo.address], token: 's3cret-wrong', log });
  await expect(client.whenReady()).rejects.toMatchObject({ code: 'MISCONFIGURED' });
  expect(log.lines.join('\n')).toContain('refuses us');
  expect(log.lines.join('\n')).not.toContain('s3cret');
  expect(JSON.stringify(client.health())).not.toContain('s3cret');
});

describe('tracing', () => {
  const current = new AsyncLocalStorage<Context>();
  beforeAll(() => {
    context.setGlobalContextManager({
      active: () => current.getStore() ?? ROOT_CONTEXT,
      with: (active, run, self, ...args) => current.run(active, () => run.call(self as never, ...args)),
      bind: (_, target) => target,
      enable() {
        return this;
      },
      disable() {
        return this;
      },
    });
  });
  afterAll(() => context.disable());

  test('the active trace travels as traceparent with texts and with the stream', async () => {
    await using apollo = await startMockApollo();
    await using client = createClipClient({ addresses: [apollo.address] });
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const active = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: 'b7ad6b7169203331', traceFlags: 1 });
    await context.with(active, () => client.encodeTexts(['red']));
    expect(apollo.lastMetadata.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    await context.with(active, () => collect(client.encodeImages([solidImage(1)])));
    expect(apollo.lastMetadata.traceparent).toContain(traceId);
  });

  test('without a trace no header is sent', async () => {
    await using apollo = await startMockApollo();
    await using client = createClipClient({ addresses: [apollo.address] });
    await client.encodeTexts(['red']);
    expect(apollo.lastMetadata).not.toHaveProperty('traceparent');
  });

  test('every image and every query ends its span, and no span names a photo', async () => {
    const spans: Record<string, unknown>[] = [];
    trace.setGlobalTracerProvider({
      getTracer: () =>
        ({ startSpan: (name: string, options?: SpanOptions) => recordSpan(spans, name, options) }) as unknown as Tracer,
    });
    await using apollo = await startMockApollo({ reject: new Set([2]) });
    await using client = createClipClient({ addresses: [apollo.address] });
    await collect(client.encodeImages(solidImages(3)));
    trace.disable();
    expect(spans.map((span) => span['clip.outcome'])).toEqual(
      expect.arrayContaining(['encoded', 'encoded', 'permanent']),
    );
    expect(spans.every(({ name, hasEnded }) => name === 'clip.encode_image' && hasEnded)).toBe(true);
    expect(JSON.stringify(spans)).not.toContain('holiday');
  });
});

function recordSpan(spans: Record<string, unknown>[], name: string, options: SpanOptions | undefined): Partial<Span> {
  const span: Record<string, unknown> = { name, ...options?.attributes, hasEnded: false };
  spans.push(span);
  const self: Partial<Span> = {
    setAttribute: (key, value) => {
      span[key] = value;
      return self as Span;
    },
    setStatus: () => self as Span,
    end: () => {
      span.hasEnded = true;
    },
  };
  return self;
}
