import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/open-test-database.js';

const PACKAGE = new URL('../../dist/index.js', import.meta.url).href;

test('a program that Node was given as text opens a database', () => {
  const folder = temporaryFolder();
  const program = `
    import { openDatabase } from '${PACKAGE}';
    const database = await openDatabase({ url: 'file:${join(folder.path, 'x.db')}' });
    process.stdout.write(JSON.stringify(await database.libraries.list()));
    await database.close();`;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  folder.remove();
  expect(said).toBe('[]');
});
