import { mkdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { expect, test } from 'vitest';
import { identityOf } from './identity.js';
import { isSamePath, isSamePathSync, type Opened } from './same-path.js';

const WAYS = [
  ['isSamePath', isSamePath],
  ['isSamePathSync', async (opened: Opened) => isSamePathSync(opened)],
] as const;

test.each(WAYS)('%s takes another spelling of the same folder, and no link', async (_name, isSame) => {
  using folder = tempFolder();
  const at = (name: string): string => join(folder.path, name);
  mkdirSync(at('album/summer'), { recursive: true });
  mkdirSync(at('other/summer'), { recursive: true });
  symlinkSync(at('other'), at('link'));
  const album = identityOf(statSync(at('album/summer'), { bigint: true }));
  const other = identityOf(statSync(at('other/summer'), { bigint: true }));

  expect(await isSame({ named: at('album/summer'), real: at('album/summer'), identity: album })).toBe(true);
  expect(await isSame({ named: at('album/summer'), real: at('Album/Summer'), identity: album })).toBe(true);
  expect(await isSame({ named: at('album/summer'), real: at('Album/Summer'), identity: other })).toBe(false);
  expect(await isSame({ named: at('link/summer'), real: at('Link/summer'), identity: other })).toBe(false);
  expect(await isSame({ named: at('link/summer'), real: at('other/summer'), identity: other })).toBe(false);
});
