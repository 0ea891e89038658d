// Writes src/gen from the contract. Always run from this folder: the tool puts the proto's path, relative to the
// working folder, on the first line of each file.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
rmSync(`${root}src/gen`, { recursive: true, force: true });
execFileSync(
  `${root}node_modules/.bin/proto-loader-gen-types`,
  [
    '--keepCase',
    '--longs=Number',
    '--enums=String',
    '--defaults',
    '--oneofs',
    '--grpcLib=@grpc/grpc-js',
    '--includeComments',
    '--importFileExtension=.js',
    '--outDir=src/gen',
    '-I',
    '.',
    '--',
    'apollo/clip/v1/clip.proto',
  ],
  { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
);
