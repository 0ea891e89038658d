// Writes src/gen (or the folder given) from the contract. Always runs in this folder: the tool puts the proto's path,
// relative to the working folder, on the first line of each file.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const outDir = process.argv[2] === undefined ? `${root}src/gen` : resolve(process.argv[2]);
rmSync(outDir, { recursive: true, force: true });
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
    `--outDir=${outDir}`,
    '-I',
    '.',
    '--',
    'apollo/clip/v1/clip.proto',
  ],
  { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
);
