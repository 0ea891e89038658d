import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type MockApollo, startMockApollo } from '@clip-watch/apollo-mock';
import { tempFolder } from '@clip-watch/test-support';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeColourPhotos } from './colour-photos.js';
import { openServer, type TestServer } from './open-server.js';
import { almost, HOSTILE, HOSTILE_TEXT, type JsonSchema } from './schema-values.js';

const REQUESTS = Number(process.env.CLIP_WATCH_TEST_FUZZ ?? 3_000);
const SEED = Number(process.env.CLIP_WATCH_TEST_SEED ?? 7);
const PARTS = 4;
// What lives on after a garbage collection may wander by this much; a leak of 2 kB a request is twice as much.
const HEAP_SLACK_BYTES = 16 << 20;

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly schema: JsonSchema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
}

interface Route {
  readonly method: string;
  readonly url: string;
  readonly query: JsonSchema;
  readonly body: JsonSchema | undefined;
}

interface FuzzRequest {
  readonly route: Route;
  readonly id: string;
  readonly query: unknown;
  readonly body: unknown;
}

/** Every route with the schemas of its input, from the server's own OpenAPI document. */
function routesOf(paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>): readonly Route[] {
  return Object.entries(paths).flatMap(([url, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => {
      const query = parameters.filter((parameter) => parameter.in === 'query');
      return {
        method: method.toUpperCase(),
        url,
        query: { type: 'object', properties: Object.fromEntries(query.map(({ name, schema }) => [name, schema])) },
        body: requestBody?.content['application/json']?.schema,
      };
    }),
  );
}

function requestsTo(routes: readonly Route[]): fc.Arbitrary<FuzzRequest> {
  const id = fc.oneof(fc.integer({ min: 1, max: 8 }).map(String), fc.nat().map(String), HOSTILE_TEXT);
  return fc.constantFrom(...routes).chain((route) =>
    fc.record({
      route: fc.constant(route),
      // The library of the photos has to outlive the run.
      id: isLibraryChange(route) ? id.filter((text) => Number(text) !== 1) : id,
      query: almost(route.query),
      body: route.body === undefined ? HOSTILE : almost(route.body),
    }),
  );
}

const isLibraryChange = ({ method, url }: Route): boolean => url === '/api/libraries/{id}' && method !== 'GET';

describe('requests that nobody would send', () => {
  const data = tempFolder();
  const photos = tempFolder();
  const others = tempFolder();
  let apollo: MockApollo;
  let server: TestServer;
  let photo: Buffer;
  let sent = 1;
  beforeAll(async () => {
    await writeColourPhotos(photos.path);
    await writeColourPhotos(others.path);
    photo = readFileSync(join(photos.path, 'red.jpg'));
    apollo = await startMockApollo();
    server = await openServer({ dataDir: data.path, env: { APOLLO_URL: apollo.address } });
    const { library } = await server.host.keeper.add({ rootPath: photos.path });
    await server.host.keeper.scan(library.id);
    await server.host.drain?.drainOnce();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await apollo.close();
    for (const folder of [data, photos, others]) folder[Symbol.dispose]();
  });

  type Answer = Awaited<ReturnType<TestServer['app']['inject']>>;

  function send({ route, id, query, body }: FuzzRequest): Promise<Answer> {
    const search = isPlainObject(query) ? Object.entries(query).filter(([, value]) => value !== undefined) : [];
    const path = route.url.replace(/\{\w+\}/g, () => inUrl(id));
    const url = `${path}?${search.map(([name, value]) => `${inUrl(name)}=${inUrl(textOf(value))}`).join('&')}`;
    const method = route.method as 'GET';
    const host = { host: 'localhost', accept: 'application/json' }; // with anything else the events would never end
    // Somebody else each time: the limits of one visitor are not what is looked for here.
    const remoteAddress = `127.${(sent >> 16) & 255}.${(sent >> 8) & 255}.${sent++ & 255}`;
    const common = { method, url, remoteAddress };
    if (route.method === 'GET' || route.method === 'DELETE') return server.app.inject({ ...common, headers: host });
    const form = route.url === '/api/search/image';
    const headers = { ...host, 'content-type': form ? 'multipart/form-data; boundary=b' : 'application/json' };
    const payload = form ? asForm(body, photo) : JSON.stringify(onlyOneRoot(route, body));
    return server.app.inject({ ...common, headers, payload: payload ?? '' });
  }

  /** Folders of this machine are not for a fuzzer to add: the one that may be is the test's own. */
  function onlyOneRoot(route: Route, body: unknown): unknown {
    const adds = route.url === '/api/libraries' && isPlainObject(body) && typeof body.rootPath === 'string';
    return adds && body.rootPath !== '' ? { ...body, rootPath: others.path } : body;
  }

  test('get an answer below 500, as JSON, without a stack or a path, from every route, and memory stays', async () => {
    const openApi = await server.app.inject({ url: '/api/openapi.json', headers: { host: 'localhost' } });
    const routes = routesOf(openApi.json().paths);
    const answered = new Map<string, number>();
    const property = fc.asyncProperty(requestsTo(routes), async (request) => {
      const answer = await send(request);
      // 503 is an honest answer: a search by an encoder that refuses the text, for example.
      if (answer.statusCode >= 500)
        expect([answer.statusCode, answer.json().code]).toEqual([503, 'SEARCH_UNAVAILABLE']);
      expect(answer.headers['cache-control']).toMatch(/private|no-store/);
      if (!isPicture(answer)) expect(answer.body).not.toMatch(/\n\s+at |node_modules|\/dist\//);
      const key = `${request.route.method} ${request.route.url} ${answer.statusCode < 400 ? 'taken' : 'refused'}`;
      answered.set(key, (answered.get(key) ?? 0) + 1);
    });
    const heap: number[] = [];
    for (let part = 0; part < PARTS; part++) {
      await fc.assert(property, { numRuns: REQUESTS / PARTS, seed: SEED + part });
      heap.push(liveHeapBytes());
    }
    expect([...answered.values()].reduce((sum, count) => sum + count, 0)).toBe(REQUESTS);
    expect(heap.at(-1)! - heap[0]!).toBeLessThan(HEAP_SLACK_BYTES);
    // A fuzzer that is only ever refused has not been inside: every route took something, but the endless one, the login
    // (nobody guesses the token), the answer to a question that no library asks, and those for a change of models: no
    // encoder here serves another one.
    const untaken = routes
      .map(({ method, url }) => `${method} ${url}`)
      .filter((name) => !answered.has(`${name} taken`));
    const notHere = [
      'POST /api/login',
      'POST /api/libraries/{id}/gone',
      'POST /api/clip/model/switch',
      'POST /api/clip/model/rollback',
      'GET /api/events',
    ];
    expect(untaken).toEqual(notHere);
    expect((await server.app.inject({ url: '/healthz', headers: { host: 'localhost' } })).statusCode).toBe(200);
  }, 600_000);

  function isPicture(answer: Answer): boolean {
    return /^image\/|octet-stream/.test(String(answer.headers['content-type']));
  }
});

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A query is text: what is none is written as JSON, since a value may have a `toString` of its own. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Lone surrogates cannot be encoded: through bytes they become the replacement character. */
function inUrl(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}

/** A form whose file is a picture for every number, and else what it is. */
function asForm(body: unknown, photo: Buffer): Buffer {
  const content = typeof body === 'number' ? photo : Buffer.from(JSON.stringify(body) ?? '');
  const head = '--b\r\ncontent-disposition: form-data; name="image"; filename="x"\r\n\r\n';
  return Buffer.concat([Buffer.from(head), content, Buffer.from('\r\n--b--\r\n')]);
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

function liveHeapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
