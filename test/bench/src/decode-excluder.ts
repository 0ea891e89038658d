/**
 * What the exclude rules cost for one path of 4,096 bytes, with the dearest lists that are accepted. In processor time;
 * the first call of each list stands apart, since the engine compiles meanwhile.
 */
import { compileExcluder } from '@clip-watch/watcher';

const WANTED_MS = 5;
const RUNS = 200;
const CASES: readonly (readonly [name: string, patterns: readonly string[], path: string])[] = [
  ['stars in one name', [`${'a*'.repeat(1021)}b`], 'a'.repeat(4096)],
  ['a star and a long text', [`*${'a'.repeat(2040)}b`], 'a'.repeat(4096)],
  ['any folders, many times', ['**/a/'.repeat(681)], `${'b/'.repeat(2047)}b`],
  ['any folders and stars', [`${'*a*/**/'.repeat(400)}z`], `${'aaaaaaa/'.repeat(511)}a`],
  ['four hundred short rules', Array.from({ length: 400 }, () => '*b'), 'a/'.repeat(2048)],
  ['20,000 folders by name', Array.from({ length: 20_000 }, (_, n) => `/a/${n}`), 'a/'.repeat(2048)],
  ['decomposed letters', [`*${'é'.repeat(2000)}b`], 'e\u0301'.repeat(1365)],
];

for (const [name, patterns, path] of CASES) {
  const excluder = compileExcluder(patterns);
  const times = Array.from({ length: RUNS }, () => {
    const start = process.cpuUsage();
    if (excluder.excludes(path)) throw new Error(`${name} was to match nothing`);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  const [first, ...rest] = times;
  const [median, slowest] = [rest.sort((a, b) => a - b)[RUNS >> 1], rest.at(-1)];
  console.log(
    JSON.stringify({
      benchmark: 'decode-excluder',
      name,
      firstCpuMs: first,
      medianCpuMs: median,
      slowestCpuMs: slowest,
      wantedMs: WANTED_MS,
    }),
  );
}
