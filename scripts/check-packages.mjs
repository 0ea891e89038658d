// check-packages.mjs [--write]: packs every package that others could install, and looks at what they would get: its
// manifest and files, what publint and attw say of it, whether it loads from where it was unpacked, and whether its face is
// the one of the committed report (`--write` renews those). It needs everything built.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkReports } from './api-reports.mjs';
import { installTools, toolBin } from './package-tools.mjs';
import { bin, publicPackages, ROOT, workspaceEnv } from './workspace.mjs';

const FIELDS = ['description', 'license', 'repository', 'engines', 'sideEffects', 'files', 'exports'];
/** Sources, tests, logs, and what tools remember: nobody runs these. */
const UNWANTED = [
  /\.test\./,
  /(?<!\.d)\.[cm]?tsx?$/,
  /\.log$/,
  /\.tsbuildinfo$/,
  /\.map$/,
  /(^|\/)(testing|reports|coverage)\//,
];

installTools();
const startedAt = performance.now();
const folder = mkdtempSync(join(tmpdir(), 'clip-watch-packages-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const problems = [];
const packages = pack(publicPackages());

for (const each of packages) {
  tell(each, missingFields(each));
  tell(each, unwantedFiles(each));
  tell(each, publintMessages(each));
  tell(each, attwMessages(each));
}
for (const each of packages) link(each);
for (const each of packages) tell(each, loadMessages(each));
checkReports(packages, { write: process.argv.includes('--write'), folder, tell });

const seconds = Math.round((performance.now() - startedAt) / 1000);
console.log(`${packages.length} packages, ${problems.length} problems, ${seconds} s`);
if (problems.length > 0) {
  mkdirSync(join(ROOT, 'reports'), { recursive: true });
  writeFileSync(join(ROOT, 'reports/why'), problems.map((problem) => problem.split('\n')[0]).join('; '));
}
process.exit(problems.length === 0 ? 0 : 1);

function tell({ manifest }, messages) {
  for (const message of messages) {
    problems.push(`${manifest.name}: ${message}`);
    console.error(problems.at(-1));
  }
}

/** Packed as they would be published, and unpacked where a program that uses them all would have them. */
function pack(all) {
  const filters = all.flatMap(({ manifest }) => ['--filter', manifest.name]);
  run(bin('pnpm'), ['--recursive', ...filters, 'pack', '--pack-destination', folder]);
  return all.map((each) => {
    const { name, version } = each.manifest;
    const tarball = join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
    const unpacked = join(folder, 'node_modules', name);
    mkdirSync(unpacked, { recursive: true });
    run('tar', ['-xzf', tarball, '-C', unpacked, '--strip-components=1']);
    return { ...each, tarball, unpacked };
  });
}

function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8', env: workspaceEnv() });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr || stdout}`);
}

function missingFields({ manifest }) {
  return FIELDS.filter((field) => manifest[field] === undefined).map(
    (field) => `package.json says nothing of ${field}`,
  );
}

function unwantedFiles({ unpacked }) {
  return readdirSync(unpacked, { recursive: true })
    .filter((file) => UNWANTED.some((pattern) => pattern.test(file)))
    .map((file) => `${file} is in the tarball`);
}

function publintMessages({ tarball }) {
  return toolMessages('publint', ['run', tarball, '--strict']);
}

/** Everything here is ESM only: what old resolutions and `require` make of it does not count. */
function attwMessages({ tarball }) {
  return toolMessages('attw', [tarball, '--profile', 'esm-only', '--format', 'table', '--no-color', '--no-emoji']);
}

function toolMessages(name, args) {
  const { status, stdout, stderr } = spawnSync(toolBin(name), args, { encoding: 'utf8', env: workspaceEnv() });
  return status === 0 ? [] : [`${name}: ${(stderr || stdout).trim()}`];
}

/** Its dependencies, as an install would put them beside it. Only what the packed manifest names. */
function link({ folder: source, unpacked }) {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'));
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const place = join(folder, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    try {
      symlinkSync(join(ROOT, source, 'node_modules', name), place);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error; // one of ours, or another package needs it too
    }
  }
}

/** A program is asked for its help; everything else is imported. */
function loadMessages({ manifest, unpacked }) {
  const programs = Object.values(manifest.bin ?? {});
  const modules = Object.entries(manifest.exports).filter(([, entry]) => !programs.includes(entry.default));
  const runs = [
    ...programs.map((file) => [join(unpacked, file), '--help']),
    ...modules.map(([path]) => ['--input-type=module', '--eval', `await import('${manifest.name}${path.slice(1)}')`]),
  ];
  return runs.flatMap((args) => {
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', timeout: 60_000 });
    const why = /^\w*Error.*$/m.exec(stderr)?.[0] ?? stderr.trim();
    return status === 0 ? [] : [`does not load from its tarball: ${why}`];
  });
}
