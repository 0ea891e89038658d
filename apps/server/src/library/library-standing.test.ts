import { expect, test } from 'vitest';
import { type Standing, standingAfter } from './library-standing.js';
import type { ScanOffline, ScanSummary } from './scan/library-scan.js';

const SETTLED = { question: null, answer: null, gonePhotos: null };
const online: Standing = { state: 'online', stateReason: null, ...SETTLED };
const asked: Standing = { ...online, stateReason: 'x', question: 'most_gone', gonePhotos: 30 };
const away: Standing = { ...asked, state: 'offline', answer: 'away' };
const deleted: Standing = { ...asked, answer: 'deleted' };
const paused: Standing = { ...online, state: 'paused', stateReason: 'the disk fails' };

const counts = { files: 1, added: 0, changed: 0, missing: 0, returned: 0, durationMs: 1 };
const whole: ScanSummary = { kind: 'scanned', ...counts, mostGone: null, growing: [], problems: [], newIdentity: null };
const braked: ScanSummary = { ...whole, mostGone: { gone: 30, known: 40 } };
const off = (question: ScanOffline['question']): ScanOffline => ({
  kind: 'offline',
  reason: 'Why.',
  question,
  gonePhotos: question === 'most_gone' ? 40 : null,
});

test.each<[string, Standing, ScanSummary | ScanOffline, Partial<Standing>]>([
  ['whole stays online', online, whole, online],
  ['back again is online', { ...online, state: 'offline', stateReason: 'x' }, whole, online],
  ['another folder that is gone again is forgotten', { ...away, question: 'other_root', answer: null }, whole, online],
  [
    'most gone asks, and stays online',
    online,
    braked,
    { state: 'online', question: 'most_gone', answer: null, gonePhotos: 30 },
  ],
  ['away waits offline', away, braked, { state: 'offline', question: 'most_gone', answer: 'away' }],
  ['away and back is online', away, whole, online],
  ['deleted holds for one scan', deleted, whole, online],
  ['more than was told asks anew', deleted, braked, { state: 'online', question: 'most_gone', answer: null }],
  [
    'a pause of the drain stays',
    paused,
    braked,
    { state: 'paused', stateReason: 'the disk fails', question: 'most_gone' },
  ],
  ['a pause of the drain stays when all is well', paused, whole, paused],
  ['a root that is away asks nothing', deleted, off(null), { state: 'offline', stateReason: 'Why.', ...SETTLED }],
  ['another folder asks', away, off('other_root'), { state: 'offline', question: 'other_root', answer: null }],
  [
    'an emptied root asks',
    online,
    off('most_gone'),
    { state: 'offline', question: 'most_gone', gonePhotos: 40, answer: null },
  ],
  ['an emptied root that is away waits', away, off('most_gone'), { state: 'offline', answer: 'away' }],
])('%s', (_name, before, result, expected) => {
  expect(standingAfter(before, result)).toMatchObject(expected);
});
