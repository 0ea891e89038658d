// Brings a clone to where it can run: installs when the lock file or the Node version changed, builds what changed.
// What is there already is skipped without a word, and standard output stays the command's own.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bin, ROOT, workspaceEnv } from './workspace.mjs';

const PNPM = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).packageManager;
const STAMP = join(ROOT, 'node_modules/.clip-watch-installed');
// The server and what it stands on; `npm test` builds the rest.
const BUILD = ['run', 'build', '--filter=@clip-watch/server...'];
const LOCK = join(ROOT, '.cache/setup.lock');

function say(line) {
  process.stderr.write(`${line}\n`);
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  say(`clip-watch needs Node 20.19 or newer; this is ${process.version}. Install a newer one, then run this again.`);
  process.exit(1);
}

/** Native modules are built for one Node major, so it is part of what was installed. */
function wantedInstall() {
  const hash = createHash('sha256').update(`${process.versions.modules} ${process.platform} ${process.arch}\n`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(join(ROOT, file)));
  return hash.digest('hex');
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 2, 2], env: workspaceEnv() });
  if (status === 0) return;
  say(`set-up failed at: ${command} ${args.join(' ')}${error ? ` (${error.message})` : ''}`);
  process.exit(1);
}

function install() {
  const wanted = wantedInstall();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  say('clip-watch: installing packages (once; on Node 20 a minute or two more when SQLite has to be compiled) …');
  run('npx', ['--yes', PNPM, 'install', '--frozen-lockfile', '--reporter=append-only']);
  writeFileSync(`${STAMP}.new`, wanted, { flush: true });
  renameSync(`${STAMP}.new`, STAMP);
}

function build() {
  const plan = spawnSync(bin('turbo'), [...BUILD, '--dry=json'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: workspaceEnv(),
  });
  if (plan.status === 0 && isBuilt(JSON.parse(plan.stdout))) return;
  say('clip-watch: building …');
  run(bin('turbo'), [...BUILD, '--output-logs=errors-only', '--log-order=grouped']);
}

/** Every task a hit, and its output still in place: then turbo need not run at all. */
function isBuilt({ tasks }) {
  return tasks
    .filter(({ command }) => command !== '<NONEXISTENT>') // a package without that script
    .every(({ cache, task, directory }) => {
      const output = task === 'build' ? 'dist' : 'src';
      return cache.status === 'HIT' && existsSync(join(ROOT, directory, output));
    });
}

/** One set-up at a time: `npm start` in one terminal and `npm run clip-watch` in another may come together. */
async function withLock(action) {
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  for (;;) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (!isAlive(Number(readFileSync(LOCK, 'utf8')))) rmSync(LOCK, { force: true });
      else await sleep(200);
    }
  }
  process.on('exit', () => rmSync(LOCK, { force: true }));
  action();
}

function isAlive(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

refuseOldNode();
await withLock(() => {
  install();
  build();
});
