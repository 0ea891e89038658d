// Makes src/generated from the Prisma models. Offline and silent: Prisma's command line wants a schema engine before
// any command, so it is shown a file that exists; `generate` never runs it. Never do that for `migrate`: with a dummy
// engine it prints nothing and succeeds.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const cli = join(dirname(require.resolve('prisma/package.json')), 'build/index.js');

for (const dialect of ['sqlite']) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'generate', '--schema', `prisma/${dialect}`], {
    cwd: PACKAGE,
    encoding: 'utf8',
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
      NO_COLOR: '1',
    },
  });
  if (status === 0) continue;
  process.stderr.write(`prisma generate failed for ${dialect}:\n${stdout}${stderr}`);
  process.exit(1);
}
