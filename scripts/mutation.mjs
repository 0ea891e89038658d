// `npm run test:mutation`: changes the pure modules in every small way that StrykerJS knows, and counts how many of these
// mutants their own tests notice. Needs 90 %. `mutation.mjs backoff cursor` does some modules only. What was counted stays in
// .cache/mutation.json for as long as a module and its tests are the same, so a run that was stopped goes on.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { bin, ROOT, workspaceEnv } from './workspace.mjs';

/** Modules without effects, by package, each with the tests that hold it; without a list: the one beside it. */
const MODULES = {
  'packages/watcher': {
    backoff: [],
    'pass/drain-plan': [],
    'exclude/path-excluder': [],
    'exclude/path-excluder-wildcards': [],
    'memory/failure-streak': [],
    'exclude/file-types': [],
  },
  'packages/processes': { liveness: [] },
  'packages/clip-client': { 'encoder/retry-policy': [], embedding: [], 'stream/window': [], 'encoder/busy-limit': [] },
  'packages/db': { 'images/claim-plan': [], 'vector-codec': [], cursor: [] },
  'apps/server': { 'http/access': [], 'http/byte-range': [], 'host/quiet-hours': [], 'library/scan/scan-plan': [] },
  'apps/apollo': {
    'lanes/batch-plan': [],
    'lanes/arrival-pace': [],
    'children/crop-box': [],
    'children/normalise': [],
  },
};
const LEAST_SHARE = 0.9;
const KEPT = join(ROOT, '.cache/mutation.json');
const NOTICED = new Set(['Killed', 'Timeout']);
const COUNTED = new Set([...NOTICED, 'Survived', 'NoCoverage']);

const wanted = process.argv.slice(2);
const modules = Object.entries(MODULES)
  .flatMap(([folder, files]) => Object.entries(files).map(([name, tests]) => toModule(folder, name, tests)))
  .filter(({ file }) => wanted.length === 0 || wanted.includes(basename(file, '.ts')));
const kept = existsSync(KEPT) ? JSON.parse(readFileSync(KEPT, 'utf8')) : {};
const results = modules.map(measure);

mkdirSync(join(ROOT, 'reports'), { recursive: true });
writeFileSync(join(ROOT, 'reports/mutation.json'), JSON.stringify(results, null, 2));
const [killed, total] = ['killed', 'total'].map((key) => results.reduce((sum, result) => sum + result[key], 0));
console.log(`${killed} of ${total} mutants noticed (${((100 * killed) / total).toFixed(1)} %)`);
process.exit(total > 0 && killed / total >= LEAST_SHARE ? 0 : 1);

function toModule(folder, name, tests) {
  const [file, ...all] = [`src/${name}.ts`, ...(tests.length > 0 ? tests : [`src/${name}.test.ts`])];
  return { folder, file, tests: all };
}

function measure({ folder, file, tests }) {
  const path = `${folder}/${file}`;
  const mark = markOf([file, ...tests].map((name) => join(ROOT, folder, name)));
  if (kept[path]?.mark !== mark) {
    const result = runStryker(folder, file, tests);
    kept[path] = { mark, ...result };
    mkdirSync(join(ROOT, '.cache'), { recursive: true });
    writeFileSync(KEPT, JSON.stringify(kept));
  }
  const { killed, total, survivors } = kept[path];
  console.log(`${path}: ${killed} of ${total}`);
  for (const survivor of survivors) console.log(`  ${survivor}`);
  return { module: path, killed, total };
}

function markOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex');
}

function runStryker(folder, file, tests) {
  const cwd = join(ROOT, folder);
  const report = join(cwd, 'reports/mutation.json');
  const config = join(cwd, 'reports/stryker.config.json');
  rmSync(report, { force: true });
  mkdirSync(join(cwd, 'reports'), { recursive: true });
  writeFileSync(config, JSON.stringify(settings(file, report)));
  const { status } = spawnSync(bin('stryker'), ['run', config], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...workspaceEnv(), CLIP_WATCH_MUTATION_TESTS: tests.join(',') },
  });
  if (!existsSync(report)) throw new Error(`StrykerJS gave no report for ${folder}/${file} (exit ${status})`);
  return readReport(JSON.parse(readFileSync(report, 'utf8')));
}

function settings(file, report) {
  return {
    // Found from here: the packages themselves do not list it.
    plugins: [createRequire(import.meta.url).resolve('@stryker-mutator/vitest-runner')],
    testRunner: 'vitest',
    vitest: { configFile: join(ROOT, 'vitest.mutation.config.ts'), related: false },
    mutate: [file],
    // Links to folders cannot be copied, and no pure module needs those of the schema.
    ignorePatterns: ['reports', 'dist', 'prisma'],
    coverageAnalysis: 'perTest',
    // Tables of names: each of their mutants would load everything anew, and a test of it would be the table once more.
    ignoreStatic: true,
    concurrency: 1,
    reporters: ['json'],
    jsonReporter: { fileName: report },
    tempDirName: '.stryker-tmp',
    checkers: [],
    thresholds: { break: null },
  };
}

function readReport({ files }) {
  const mutants = Object.entries(files).flatMap(([, { mutants: all }]) => all);
  const counted = mutants.filter(({ status }) => COUNTED.has(status));
  const survivors = counted.filter(({ status }) => !NOTICED.has(status));
  return {
    killed: counted.length - survivors.length,
    total: counted.length,
    survivors: survivors.map(
      ({ location, mutatorName, replacement, status }) =>
        `${status} at ${location.start.line}:${location.start.column}: ${mutatorName} → ${replacement}`,
    ),
  };
}
