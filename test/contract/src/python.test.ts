import { startMockApollo } from '@clip-watch/apollo-mock';
import { describe, expect, test } from 'vitest';
import {
  describeApollo,
  hasPython,
  type RunningApollo,
  runPythonClient,
  startApolloProcess,
  startPythonApollo,
} from './index.js';

const HERE = hasPython();

describe.skipIf(!HERE)('a peer that shares no code', () => {
  describeApollo('a Python server', startPythonApollo);

  test.each<[string, () => Promise<RunningApollo>]>([
    ['the mock', startMockApollo],
    ['the mock on a slow day', () => startMockApollo({ workers: 2, delayMs: 10, heartbeatMs: 50 })],
    ['apps/apollo', startApolloProcess],
    ['the Python server', startPythonApollo],
  ])('a Python client is served by %s', async (_, start) => {
    await using apollo = await start();
    const report = await runPythonClient(apollo.address);
    const { first, results, status, window } = report.stream;
    expect([first, status]).toEqual(['accepted', 'OK']);
    expect(window).toBeGreaterThanOrEqual(1);
    expect(results.map(({ id }) => id).sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    for (const result of results) {
      if (result.id === 12) expect(result).toMatchObject({ reason: 'ERROR_REASON_INVALID_ITEM', retry: 'RETRY_LATER' });
      else expect(result).toMatchObject({ kind: 'embedding', norm: 1, version: report.version });
    }
    expect(report.unary).toMatchObject({ id: 7, kind: 'embedding', norm: 1 });
    expect(report.texts.map(({ id, kind, norm }) => [id, kind, norm])).toEqual([
      [0, 'embedding', 1],
      [1, 'embedding', 1],
    ]);
    expect(report.itemBeforeOpen).toBe('INVALID_ARGUMENT');
  });
});
