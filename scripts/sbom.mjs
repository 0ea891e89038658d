// What the product is made of: a CycloneDX list of everything that is installed with it, in reports/sbom.cdx.json, and a
// check of its licences. pnpm says what there is. `--without LICENCE` takes one off the list of allowed ones, to see it refused.
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bin, ROOT, workspaceEnv } from './workspace.mjs';

/** Only what the apps run on, and not what tests and tools need. */
const SHIPPED = ['--filter', '@clip-watch/server...', '--filter', '@clip-watch/apollo...'];
const ALLOWED = new Set([
  'Apache-2.0',
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
]);
/** Used as libraries or programs of their own, unchanged, and replaceable: for these packages, and for no others. */
const ALLOWED_FOR = [
  ['LGPL-3.0-or-later', /^@img\/sharp-/],
  ['MPL-2.0', /^exifreader$/],
  ['LGPL-3.0', /^libheif-js$/],
  ['EPL-2.0', /^elkjs$/],
];
/** Stated only in a file beside the code. */
const STATED_IN_FILE = new Map([['seq-queue', 'MIT']]);
/** Spelled in a way that is no SPDX identifier. */
const MEANT = new Map([
  ['Apache 2.0', 'Apache-2.0'],
  ['Apache License 2.0', 'Apache-2.0'],
]);

const taken = process.argv.flatMap((arg, at, all) => (all[at - 1] === '--without' ? [arg] : []));
const packages = readPackages();
const refused = packages.filter(({ name, license }) => !isAllowed(name, license));
mkdirSync(join(ROOT, 'reports'), { recursive: true });
writeFileSync(join(ROOT, 'reports/sbom.cdx.json'), `${JSON.stringify(toCycloneDx(packages), null, 2)}\n`);
for (const { name, version, license } of refused)
  console.error(`${name}@${version} is under ${license}, which is not on the list of scripts/sbom.mjs`);
const licences = new Set(packages.map(({ license }) => license)).size;
console.log(JSON.stringify({ packages: packages.length, licences, refused: refused.length }));
process.exit(refused.length === 0 && packages.length > 0 ? 0 : 1);

/** What lies here: packages for other systems and other Nodes are in the lock file, and never installed. */
function readPackages() {
  const { status, stdout, stderr } = spawnSync(
    bin('pnpm'),
    [...SHIPPED, 'list', '--prod', '--json', '--depth', 'Infinity'],
    { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, env: workspaceEnv() },
  );
  if (status !== 0) throw new Error(`pnpm list failed: ${stderr || stdout}`);
  const found = new Map();
  for (const project of JSON.parse(stdout)) collect(project, found);
  return [...found.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
}

function collect({ dependencies, optionalDependencies }, found) {
  for (const child of Object.values({ ...dependencies, ...optionalDependencies })) {
    const file = join(child.path, 'package.json');
    const isOurs = child.version.startsWith('link:');
    if (!isOurs && !found.has(file) && existsSync(file))
      found.set(file, factsOf(JSON.parse(readFileSync(file, 'utf8'))));
    collect(child, found);
  }
}

/** Old packages name their licence in an object. */
function factsOf({ name, version, license, licenses, description, homepage }) {
  const named = license ?? licenses?.[0];
  return {
    name,
    version,
    license: named?.type ?? named ?? STATED_IN_FILE.get(name) ?? 'Unknown',
    description,
    homepage,
  };
}

/** An expression as package.json has it: `(A OR B)`, `A AND B`. */
function isAllowed(name, license) {
  const isKnown = (id) =>
    !taken.includes(id) && (ALLOWED.has(id) || ALLOWED_FOR.some(([of, names]) => of === id && names.test(name)));
  return license
    .replaceAll(/[()]/g, '')
    .split(/ or /i)
    .some((choice) => choice.split(/ and /i).every((id) => isKnown(spdx(id))));
}

function spdx(id) {
  return MEANT.get(id.trim()) ?? id.trim();
}

function toCycloneDx(all) {
  const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${randomUUID()}`,
    version: 1,
    metadata: { timestamp: new Date().toISOString(), component: { type: 'application', name, version } },
    components: all.map(toComponent),
  };
}

function toComponent({ name, version, license, description, homepage }) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    ...(description === undefined ? {} : { description }),
    licenses: / (or|and) /i.test(license)
      ? [{ expression: spdxExpression(license) }]
      : [{ license: namedLicense(license) }],
    ...(homepage === undefined ? {} : { externalReferences: [{ type: 'website', url: homepage }] }),
  };
}

function spdxExpression(license) {
  return license.replaceAll(/ (or|and) /gi, (word) => word.toUpperCase());
}

function namedLicense(license) {
  return /^[\w.-]+$/.test(spdx(license)) ? { id: spdx(license) } : { name: license };
}
