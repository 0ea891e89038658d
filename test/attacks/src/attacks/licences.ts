import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Attack, mustFail } from '../attack.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** What the product is installed with, and under which licences. */
export const licences: Attack = {
  name: 'licences',
  promise: 'everything that is installed with the product is listed, under a licence that is allowed',
  rounds: { smoke: 1, deep: 1, nightly: 1 },
  counts: 'packages',
  async attack() {
    const { packages, licences: kinds, refused } = makeList();
    const list = JSON.parse(readFileSync(`${ROOT}reports/sbom.cdx.json`, 'utf8')) as { components: unknown[] }; // as CycloneDX has it
    if (list.components.length !== packages)
      throw new Error(`${list.components.length} of ${packages} are in the list`);
    return { packages, licences: kinds, refused };
  },
  async control() {
    const told = await mustFail('a licence that is not allowed', () => makeList('--without', 'ISC'));
    makeList();
    return `with ISC taken off the list it refuses ${told.split('\n').length} packages by name`;
  },
};

function makeList(...args: readonly string[]): { packages: number; licences: number; refused: number } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/sbom.mjs', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr.trim());
  return JSON.parse(stdout) as { packages: number; licences: number; refused: number }; // what the script prints last
}
