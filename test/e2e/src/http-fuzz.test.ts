import { tempFolder } from '@clip-watch/test-support';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openServer, type TestServer } from './open-server.js';

type Shape = Readonly<Record<string, unknown>>;

interface Route {
  readonly method: string;
  readonly url: string;
  readonly query: readonly string[];
  readonly body: readonly string[];
}

/** Reads the routes and the names of their fields from the server's own OpenAPI document. */
function routesOf(paths: Shape): readonly Route[] {
  return Object.entries(paths).flatMap(([url, methods]) =>
    Object.entries(methods as Shape)
      // An event stream never ends, and the shape of an upload is another test's.
      .filter(() => !['/api/events', '/api/search/image'].includes(url))
      .map(([method, operation]) => {
        const { parameters, requestBody } = operation as {
          parameters?: { in: string; name: string }[];
          requestBody?: object;
        };
        return {
          method: method.toUpperCase(),
          url,
          query: (parameters ?? []).filter((parameter) => parameter.in === 'query').map(({ name }) => name),
          body: fieldsOf(requestBody),
        };
      }),
  );
}

function fieldsOf(value: unknown): readonly string[] {
  const names = [...JSON.stringify(value ?? {}).matchAll(/"(\w+)":\{"(?:type|anyOf|enum|minLength|minimum)/g)];
  return names.map(([, name = '']) => name);
}

const HOSTILE = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1',
    '2',
    '1e9',
    '999999999999',
    'NaN',
    '../../etc/passwd',
    '%00',
    '<img src=x>',
    '{}',
    '[]',
    '\u202e',
    'o5',
    'null',
  ),
);
const VALUE = fc.oneof(HOSTILE, fc.jsonValue({ maxDepth: 2 }), fc.integer(), fc.double(), fc.constant(null));

describe('requests that nobody would send', () => {
  const data = tempFolder();
  let server: TestServer;
  beforeAll(async () => {
    server = await openServer({ dataDir: data.path });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    data[Symbol.dispose]();
  });

  test('get an answer below 500, as JSON, without a stack or a path', async () => {
    const openApi = await server.app.inject({ url: '/api/openapi.json', headers: { host: 'localhost' } });
    const routes = routesOf(openApi.json().paths);
    const runs = Number(process.env.CLIP_WATCH_TEST_FUZZ ?? 2_000);
    const fields = (names: readonly string[]): fc.Arbitrary<Record<string, unknown>> =>
      fc.dictionary(
        fc.oneof({ weight: 9, arbitrary: fc.constantFrom('extra', ...names) }, fc.string({ maxLength: 8 })),
        VALUE,
        { maxKeys: 4 },
      );
    const request = fc.constantFrom(...routes).chain((route) =>
      fc.record({
        route: fc.constant(route),
        id: HOSTILE,
        query: fields(route.query),
        body: fc.oneof(fields(route.body), VALUE),
      }),
    );
    await fc.assert(
      fc.asyncProperty(request, async ({ route, id, query, body }) => {
        const url = route.url.replace(/\{\w+\}/g, () => encodeURIComponent(Buffer.from(id).toString()));
        const search = Object.entries(query).map(([name, value]) => `${safe(name)}=${safe(String(value))}`);
        const payload =
          route.method === 'GET' || route.method === 'DELETE' ? {} : { payload: JSON.stringify(body) ?? '' };
        const headers = { host: 'localhost', ...('payload' in payload ? { 'content-type': 'application/json' } : {}) };
        const answer = await server.app.inject({
          method: route.method as 'GET',
          url: `${url}?${search.join('&')}`,
          headers,
          ...payload,
        });
        // 503 is an honest answer: this server has no encoder.
        if (answer.statusCode >= 500)
          expect([answer.statusCode, answer.json().code]).toEqual([503, 'SEARCH_UNAVAILABLE']);
        expect(answer.body).not.toMatch(/\n\s+at |node_modules|\/dist\//);
      }),
      { numRuns: runs },
    );
    // It lives, and means no harm.
    expect((await server.app.inject({ url: '/healthz', headers: { host: 'localhost' } })).statusCode).toBe(200);
  }, 600_000);
});

function safe(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}
