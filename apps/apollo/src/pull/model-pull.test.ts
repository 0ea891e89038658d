import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { dirname, join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { describe, expect, test } from 'vitest';
import type { PullOptions } from '../cli-options.js';
import { createTestClient } from '../testing/apollo-client.js';
import { runApollo, startApolloProcess } from '../testing/apollo-process.js';
import { HUB_FILES, HUB_MODEL, type HubFault, LARGE_FILE, startHttpServer, startHub } from '../testing/hub-server.js';
import { pullModel } from './model-pull.js';

const FAST = { environment: {}, retryMs: 1, idleMs: 300 };

const optionsFor = (dataDir: string, mirror: string): PullOptions => ({
  model: HUB_MODEL,
  dataDir,
  mirror,
  precision: 'int8',
  logLevel: 'silent',
});

test('fetches a model once, and then finds it there', async () => {
  await using hub = await startHub();
  using data = tempFolder();
  const first = await pullModel(optionsFor(data.path, hub.url), FAST);
  expect(first).toMatchObject({ folder: join(data.path, 'models', HUB_MODEL), wasThere: false });
  for (const [path, body] of HUB_FILES) expect(readFileSync(join(first.folder, path)).equals(body), path).toBe(true);
  const requests = hub.requests.length;
  expect(await pullModel(optionsFor(data.path, hub.url), FAST)).toEqual({ ...first, wasThere: true });
  expect(hub.requests.length).toBe(requests + 1);
});

describe('a hub that misbehaves for a while', () => {
  test.each<HubFault>([
    { kind: 'breaks-off', afterBytes: 30_000, times: 2 },
    { kind: 'no-resume', afterBytes: 30_000 },
    { kind: 'wrong-bytes', times: 1 },
    { kind: 'busy', times: 2 },
  ])('$kind: the right bytes arrive all the same', async (fault) => {
    await using hub = await startHub(fault);
    using data = tempFolder();
    const { folder } = await pullModel(optionsFor(data.path, hub.url), FAST);
    expect(readFileSync(join(folder, LARGE_FILE)).equals(HUB_FILES.get(LARGE_FILE) as Buffer)).toBe(true);
  });

  test('a broken transfer goes on where it stopped', async () => {
    await using hub = await startHub({ kind: 'breaks-off', afterBytes: 30_000, times: 2 });
    using data = tempFolder();
    await pullModel(optionsFor(data.path, hub.url), FAST);
    const ranges = hub.requests.filter((line) => line.endsWith(LARGE_FILE)).map((line) => line.split(' ')[0]);
    expect(ranges.slice(1)).toEqual(['bytes=30000-', 'bytes=60000-']);
  });

  test('a pull that was stopped goes on in the next run', async () => {
    using data = tempFolder();
    const part = join(data.path, 'models', `${HUB_MODEL}.partial`, `${LARGE_FILE}.part`);
    mkdirSync(dirname(part), { recursive: true });
    writeFileSync(part, (HUB_FILES.get(LARGE_FILE) as Buffer).subarray(0, 50_000));
    await using hub = await startHub();
    await pullModel(optionsFor(data.path, hub.url), FAST);
    expect(hub.requests.find((line) => line.endsWith(LARGE_FILE))).toMatch(/^bytes=50000- /);
  });
});

describe('a hub that cannot be trusted', () => {
  test.each<[HubFault, RegExp]>([
    [{ kind: 'breaks-off', afterBytes: 0, times: 0 }, /text_model_quantized\.onnx could not be fetched/],
    [{ kind: 'wrong-bytes', times: 0 }, /not what the hub lists/],
    [{ kind: 'never-ends' }, /sends more than the hub lists/],
    [{ kind: 'too-short' }, /ended after 1000 of \d+ bytes/],
    [{ kind: 'web-page' }, /could not be fetched/],
    [{ kind: 'silent' }, /nothing came from/],
  ])('%o: told in one line, and no model appears', async (fault, message) => {
    await using hub = await startHub(fault);
    using data = tempFolder();
    await expect(pullModel(optionsFor(data.path, hub.url), { ...FAST, idleMs: 50 })).rejects.toMatchObject({
      code: 'PULL_FAILED',
      message: expect.stringMatching(message),
    });
    expect(existsSync(join(data.path, 'models', HUB_MODEL))).toBe(false);
  });

  test.each([
    ['no JSON', 'hello'],
    ['no list', '{}'],
    ['a list without the files', '[{"path":"config.json","size":3,"oid":"zz"}]'],
  ])('a listing that is %s is told', async (_name, body) => {
    await using hub = await startHttpServer((_request, response) => response.end(body));
    using data = tempFolder();
    await expect(pullModel(optionsFor(data.path, hub.url), FAST)).rejects.toMatchObject({ code: 'PULL_FAILED' });
  });

  test('a model that loads but is none is not put in place', async () => {
    const files = new Map(HUB_FILES).set('preprocessor_config.json', Buffer.from('{"size": "large"}'));
    await using hub = await startHub({ kind: 'none' }, files);
    using data = tempFolder();
    await expect(pullModel(optionsFor(data.path, hub.url), FAST)).rejects.toMatchObject({ code: 'MODEL_BROKEN' });
    expect(existsSync(join(data.path, 'models', HUB_MODEL))).toBe(false);
  });

  test('a model without the wanted precision is told so', async () => {
    await using hub = await startHub();
    using data = tempFolder();
    const options = { ...optionsFor(data.path, hub.url), precision: 'fp16' } as const;
    await expect(pullModel(options, FAST)).rejects.toThrow('the model has no onnx/vision_model_fp16.onnx');
  });
});

test('goes through the proxy that the environment names', async () => {
  await using hub = await startHub();
  const seen: string[] = [];
  await using proxy = await startHttpServer((request, response) => {
    seen.push(request.url ?? '');
    const target = new URL(request.url ?? '');
    httpRequest(new URL(target.pathname + target.search, hub.url), { headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    }).end();
  });
  using data = tempFolder();
  const environment = { http_proxy: proxy.url, no_proxy: 'elsewhere.example' };
  await pullModel(optionsFor(data.path, 'http://hub.invalid/'), { ...FAST, environment });
  expect(seen[0]).toBe(`http://hub.invalid/api/models/${HUB_MODEL}/tree/main?recursive=true`);
  expect(seen).toHaveLength(HUB_FILES.size + 1);
});

test('the login in the address of a mirror goes along, and only to that mirror', async () => {
  await using hub = await startHub();
  const logins: unknown[] = [];
  await using elsewhere = await startHttpServer((request, response) => {
    logins.push(request.headers.authorization);
    httpRequest(new URL(request.url ?? '', hub.url), { headers: { range: request.headers.range ?? '' } }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    }).end();
  });
  await using mirror = await startHttpServer((request, response) => {
    logins.push(request.headers.authorization);
    response.writeHead(302, { location: new URL(request.url ?? '', elsewhere.url).href }).end();
  });
  using data = tempFolder();
  const address = mirror.url.replace('://', '://me:s%20cret@');
  await pullModel(optionsFor(data.path, address), FAST);
  const login = `Basic ${Buffer.from('me:s cret').toString('base64')}`;
  expect(logins).toEqual(Array.from({ length: HUB_FILES.size + 1 }, () => [login, undefined]).flat());
});

test('the command tells its progress and its end, and the server then serves that model', async () => {
  await using hub = await startHub();
  using data = tempFolder();
  const env = { CLIP_MODEL_MIRROR: hub.url, CLIP_MODEL: HUB_MODEL, CLIP_WATCH_DATA_DIR: data.path };
  const pulled = await runApollo(['pull'], env);
  expect(pulled).toMatchObject({ code: 0, stdout: `${join(data.path, 'models', HUB_MODEL)}\n` });
  expect(pulled.stderr).toContain(`${HUB_MODEL}: 100 % of 1 MB`);
  await using apollo = await startApolloProcess({ env });
  using client = createTestClient(apollo.address);
  expect(await client.info()).toMatchObject({ name: HUB_MODEL });
});

test('the command says in one line what it could not do', async () => {
  using data = tempFolder();
  const env = { CLIP_MODEL_MIRROR: 'http://127.0.0.1:9', CLIP_WATCH_DATA_DIR: data.path };
  const { code, stderr, stdout } = await runApollo(['pull', HUB_MODEL], env);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toContain(`${HUB_MODEL} cannot be had from 127.0.0.1:9`);
});
