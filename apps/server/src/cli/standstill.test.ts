import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../config/config.js';
import { standstillOf } from './standstill.js';

const folder = mkdtempSync(join(tmpdir(), 'standstill-'));
beforeAll(() => writeFileSync(join(folder, 'kept-settings.json'), '{"isPaused":true}'));
afterAll(() => rmSync(folder, { recursive: true }));

const night = new Date(2026, 0, 1, 23, 30);
const noon = new Date(2026, 0, 1, 12);

test.each([
  ['idle', {}, noon, undefined],
  ['disabled', { APOLLO_URL: 'disabled' }, noon, 'No encoder'],
  ['paused', { CLIP_QUIET_HOURS: '22:00-07:00' }, night, 'Quiet hours (22:00-07:00).'],
  ['idle', { CLIP_QUIET_HOURS: '22:00-07:00' }, noon, undefined],
  ['paused', { CLIP_WATCH_DATA_DIR: folder }, noon, 'Paused by a person.'],
])('%s by %j at %s', (state, env, now, reason) => {
  const config = readConfig({ env: { CLIP_WATCH_DATA_DIR: join(folder, 'none'), ...env }, flags: {}, cwd: folder });
  const told = standstillOf(config, now);
  expect(told.state).toBe(state);
  expect(told.reason).toEqual(reason && expect.stringContaining(reason));
});
