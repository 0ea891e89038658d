import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUF = join(ROOT, 'node_modules/.bin/buf');
const RELEASED = join(ROOT, 'released/apollo-v1.binpb');
const CONTRACT = readFileSync(join(ROOT, 'apollo/clip/v1/clip.proto'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'clip-watch-proto-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function buf(...args: string[]): { readonly status: number | null; readonly output: string } {
  const { status, stderr, stdout } = spawnSync(BUF, args, { cwd: ROOT, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

function readTree(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return Object.fromEntries(files.sort().map((name) => [name, readFileSync(join(root, name), 'utf8')]));
}

test('the generated types are in step with the contract', () => {
  const fresh = join(folder, 'gen');
  execFileSync(process.execPath, [join(ROOT, 'scripts/generate.mjs'), fresh]);
  expect(readTree(join(ROOT, 'src/gen'))).toEqual(readTree(fresh));
});

test('the contract passes lint', () => {
  expect(buf('lint')).toEqual({ status: 0, output: '' });
});

test('the contract is formatted', () => {
  expect(buf('format', '--diff', '--exit-code')).toEqual({ status: 0, output: '' });
});

test('the contract breaks nothing that was released', () => {
  expect(buf('breaking', '--against', RELEASED)).toEqual({ status: 0, output: '' });
});

/** A change that must be seen: with a guard that is blind, the test above would say nothing. */
test.each([
  ['a renumbered field', 'uint32 retry_delay_ms = 3;\n  // For people', 'uint32 retry_delay_ms = 9;\n  // For people'],
  ['a renamed field', 'bytes values_f32le = 1;', 'bytes values = 1;'],
  ['another type', 'uint32 dim = 2;', 'int64 dim = 2;'],
  ['an enum value that is gone', '  ERROR_REASON_CANCELLED = 19;\n', ''],
  ['a stream that is none', 'stream EncodeImagesRequest', 'EncodeImagesRequest'],
])('the guard sees %s', (_, before, after) => {
  expect(CONTRACT).toContain(before);
  const changed = mkdtempSync(join(folder, 'changed-'));
  execFileSync('cp', ['-r', join(ROOT, 'apollo'), join(ROOT, 'buf.yaml'), changed]);
  writeFileSync(join(changed, 'apollo/clip/v1/clip.proto'), CONTRACT.replace(before, after));
  expect(buf('breaking', changed, '--against', RELEASED).status).toBe(100);
});
