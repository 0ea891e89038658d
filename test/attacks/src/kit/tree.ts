/** A folder of photos that changes at random, and what should be in the table for it. */
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Random } from '../random.js';
import type { PhotoMaker } from './library.js';
import { digest } from './table.js';

export interface Tree {
  create(): void;
  /** One operation at random. */
  change(): void;
  /** Other exclude rules, for the server to be told. */
  changeRules(): readonly string[];
  rules(): readonly string[];
  /** Until files that grow are whole. */
  rest(): Promise<void>;
  /** Paths and hashes of what is there and not excluded. */
  photos(): ReadonlyMap<string, string>;
}

const FOLDERS = ['', 'a', 'b', 'b/c', 'd', 'd/e/f', 'out'];
const EXCLUDABLE = ['out', '/b/c', 'e'];
const PARTS = 4;
const PART_MS = 300;
const NO_PICTURE = 'no picture, whatever its name says';

export function createTree(root: string, random: Random, maker: PhotoMaker): Tree {
  const growing = new Set<Promise<void>>();
  let excluded: readonly string[] = [];
  let serial = 0;

  const newPath = (): string => {
    serial += 1;
    const path = join(root, random.pick(FOLDERS), `photo-${serial}.jpg`);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  };
  const anyFile = (): string | undefined => {
    const files = listFiles(root);
    return files.length === 0 ? undefined : random.pick(files);
  };
  const grow = async (path: string, bytes: Buffer): Promise<void> => {
    for (let part = 0; part < PARTS; part += 1) {
      const [from, to] = [part, part + 1].map((n) => Math.round((bytes.length * n) / PARTS));
      appendFileSync(path, bytes.subarray(from, to));
      await new Promise((resolve) => setTimeout(resolve, PART_MS));
    }
  };
  const create = (): void => writeFileSync(newPath(), maker.next());
  /** Twice as much comes as goes, or nothing would be left to change. */
  const operations: readonly ((file: string) => void)[] = [
    create,
    create,
    (file) => writeFileSync(file, maker.next()),
    (file) => writeFileSync(file, random.below(4) === 0 ? `${NO_PICTURE} ${random.next()}` : maker.next()),
    (file) => renameSync(file, join(dirname(file), `renamed-${random.below(1e6)}.jpg`)),
    (file) => renameSync(file, newPath()),
    (file) => rmSync(file),
    (file) => utimesSync(file, 1e9 + random.below(5e8), 1e9 + random.below(5e8)),
    (file) => chmodSync(file, random.pick([0o600, 0o644, 0o444])),
    (file) => writeFileSync(newPath(), readFileSync(file)),
    (file) => {
      const target = `${root}-elsewhere.jpg`;
      if (!existsSync(target)) writeFileSync(target, maker.next());
      rmSync(file);
      symlinkSync(target, file);
    },
    () => {
      // A name of its own: what else happens to a file that grows would make it two files in one.
      const path = join(root, 'a', `growing-${random.below(1e9)}.jpg`);
      mkdirSync(dirname(path), { recursive: true });
      const whole = grow(path, maker.next()).finally(() => growing.delete(whole));
      growing.add(whole);
    },
  ];
  return {
    create,
    change() {
      const file = anyFile();
      if (file === undefined) create();
      else random.pick(operations)(file);
    },
    changeRules() {
      excluded = EXCLUDABLE.filter(() => random.below(2) === 0);
      return excluded;
    },
    rules: () => excluded,
    rest: async () => void (await Promise.all(growing)),
    photos() {
      const shown = listFiles(root, '').filter((path) => !isExcluded(relative(root, path), excluded));
      return new Map(shown.map((path) => [relative(root, path), digest(readFileSync(path))]));
    },
  };
}

/** The three rules of above, without asking the product. */
function isExcluded(relPath: string, rules: readonly string[]): boolean {
  const folders = dirname(relPath).split('/');
  return rules.some((rule) =>
    rule.startsWith('/') ? relPath.startsWith(`${rule.slice(1)}/`) : folders.includes(rule),
  );
}

/** No links. Files that grow are left out unless they are asked for. */
function listFiles(root: string, leftOut = 'growing-'): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => join(root, path))
    .filter((path) => (leftOut === '' || !path.includes(leftOut)) && lstatSync(path).isFile())
    .sort();
}
