import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

test('the shapes import zod and each other, so that the pages can take their types from here', () => {
  const files = readdirSync(FOLDER).filter((file) => !file.endsWith('.test.ts'));
  const sources = files.flatMap((file) =>
    [...readFileSync(`${FOLDER}${file}`, 'utf8').matchAll(/from '(.+?)'/g)].map(([, source = '']) => source),
  );
  expect(sources.filter((source) => source !== 'zod' && !source.startsWith('./'))).toEqual([]);
});
