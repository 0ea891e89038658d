// The tools that look at packed packages. They bring compilers of their own, so that not everybody has to install them:
// they are fetched when they are first needed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from './workspace.mjs';

const VERSIONS = { '@arethetypeswrong/cli': '0.18.5', '@microsoft/api-extractor': '7.60.1', publint: '0.3.25' };
const FOLDER = join(ROOT, '.cache/package-tools');

/** Installs what is missing. Afterwards no network is needed. */
export function installTools() {
  const isThere = Object.entries(VERSIONS).every(([name, version]) => versionOf(name) === version);
  if (isThere) return;
  mkdirSync(FOLDER, { recursive: true });
  const wanted = Object.entries(VERSIONS).map(([name, version]) => `${name}@${version}`);
  const args = ['install', '--silent', '--no-save', '--no-package-lock', '--prefix', FOLDER, ...wanted];
  const { status, stderr } = spawnSync('npm', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm install of ${wanted.join(' ')} failed: ${stderr}`);
}

export const toolBin = (name) => join(FOLDER, 'node_modules/.bin', name);

/** For tools that are CommonJS. */
export const requireTool = (name) => createRequire(join(FOLDER, 'package.json'))(name);

function versionOf(name) {
  const manifest = join(FOLDER, 'node_modules', name, 'package.json');
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : undefined;
}
