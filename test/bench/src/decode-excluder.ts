/**
 * What the exclude rules cost for one path of 4,096 bytes, with the dearest lists that are accepted: the first call of
 * a process, when nothing is compiled yet, and the worst of thousands. In processor time of the calling thread, which
 * neither counts waiting for a core nor what the engine does beside it. What the program's start left to be collected
 * is collected before. Needs Linux.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compileExcluder } from '@clip-watch/watcher';

const WANTED_MS = 5;
const PROCESSES = 5;
const CALLS = 1000;
const FLAGS = ['--expose-gc'];
const CASES: Readonly<Record<string, readonly [patterns: readonly string[], path: string]>> = {
  'stars in one name': [[`${'a*'.repeat(1020)}b`], 'a'.repeat(4096)],
  'a star and a long text': [[`*${'a'.repeat(1020)}b`], 'a'.repeat(4096)],
  'any folders, many times': [['**/a/'.repeat(340)], `${'a/'.repeat(300)}${'b/'.repeat(1747)}b`],
  'any folders of one letter': [[`${'**/?/'.repeat(340)}b`], 'a/'.repeat(2048)],
  'any folders and stars': [[`${'*a*/**/'.repeat(250)}z`], `${'aaaaaaa/'.repeat(511)}a`],
  'short rules': [Array.from({ length: 256 }, () => '*b'), 'a/'.repeat(2048)],
  '20,000 folders by name': [Array.from({ length: 20_000 }, (_, n) => `/a/${n}`), 'a/'.repeat(2048)],
  'decomposed letters': [[`*${'é'.repeat(1000)}b`], 'e\u0301'.repeat(1365)],
};

const cell = new Int32Array(new SharedArrayBuffer(4));

/** Of this thread, in ms. */
function cpuTime(): number {
  Atomics.wait(cell, 0, 0, 0.01); // the kernel brings the count up to date when a thread leaves its core
  return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1e6;
}

/** The processor time of each call; the first is the process's first. */
function callTimes(name: string): number[] {
  const [patterns, path] = CASES[name] ?? [[], ''];
  const excluder = compileExcluder(patterns);
  cpuTime(); // compiled and warm before it measures
  for (let generation = 0; generation < 2; generation += 1) globalThis.gc?.();
  return Array.from({ length: CALLS }, () => {
    const start = cpuTime();
    if (excluder.excludes(path)) throw new Error(`${name} was to match nothing`);
    return Math.round(1000 * (cpuTime() - start)) / 1000;
  });
}

/** @throws Error when the process fails */
function callTimesInNewProcess(name: string): number[] {
  const child = spawnSync(process.execPath, [...FLAGS, fileURLToPath(import.meta.url), name], { encoding: 'utf8' });
  if (child.status !== 0) throw new Error(child.stderr);
  return JSON.parse(child.stdout) as number[]; // written by the line below
}

function report(name: string): void {
  const runs = Array.from({ length: PROCESSES }, () => callTimesInNewProcess(name));
  const later = runs.flatMap(([, ...times]) => times).sort((a, b) => a - b);
  const result = {
    benchmark: 'decode-excluder',
    name,
    worstFirstCpuMs: Math.max(...runs.map(([first = Number.NaN]) => first)),
    medianCpuMs: later[later.length >> 1],
    worstCpuMs: later.at(-1),
    calls: later.length,
    wantedMs: WANTED_MS,
  };
  console.log(JSON.stringify(result));
}

const only = process.argv[2];
if (only !== undefined) console.log(JSON.stringify(callTimes(only)));
else for (const name of Object.keys(CASES)) report(name);
