import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PROTO_DIR } from '@clip-watch/proto';
import { tempFolder } from '@clip-watch/test-support';
import { startChild } from './child-apollo.js';
import type { RunningApollo } from './describe-apollo.js';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const PYTHON_FOLDER = fileURLToPath(new URL('../python/', import.meta.url));
// Debian's grpcio is built for Debian's own interpreter, whatever else is first in PATH.
const PYTHON = '/usr/bin/python3';
const PLUGIN = '/usr/bin/grpc_python_plugin';

/** True when Debian's grpcio and the stub generator are here; says loudly when they are not. */
export function hasPython(): boolean {
  const isThere =
    existsSync(PLUGIN) &&
    spawnSync('protoc', ['--version']).status === 0 &&
    spawnSync(PYTHON, ['-c', 'import grpc, google.protobuf']).status === 0;
  if (!isThere)
    process.stderr.write(
      '\n*** SKIPPED: no Python peer of the contract is here, so nothing independent checks the wire. ***\n' +
        '*** Debian: apt-get install python3-grpcio python3-protobuf protobuf-compiler protobuf-compiler-grpc ***\n\n',
    );
  return isThere;
}

/** Makes the Python stubs of the contract in a folder. */
function makeStubs(folder: string): void {
  const args = [
    '-I',
    PROTO_DIR,
    `--python_out=${folder}`,
    `--grpc_out=${folder}`,
    `--plugin=protoc-gen-grpc=${PLUGIN}`,
  ];
  execFileSync('protoc', [...args, 'apollo/clip/v1/clip.proto']);
}

export async function startPythonApollo(): Promise<RunningApollo> {
  const folder = tempFolder();
  makeStubs(folder.path);
  const args = [join(PYTHON_FOLDER, 'server.py'), folder.path, '127.0.0.1:0'];
  const child = await startChild(PYTHON, args, (line) => /^\d+$/.test(line));
  return {
    address: `grpc://127.0.0.1:${child.firstLine}`,
    [Symbol.asyncDispose]: async () => {
      await child[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

/** The encoder of this project as a user starts it. @param modelDir without it, the model that needs nothing */
export async function startApolloProcess(modelDir?: string): Promise<RunningApollo> {
  const folder = tempFolder();
  const address = `unix:${join(folder.path, 'apollo.sock')}`;
  const main = join(REPOSITORY, 'apps/apollo/dist/main.js');
  const args = [
    main,
    '--listen',
    address,
    ...(modelDir === undefined ? [] : ['--model-dir', modelDir, '--children', '2']),
  ];
  const child = await startChild(process.execPath, args, (line) => line.startsWith('listening'));
  return {
    address,
    [Symbol.asyncDispose]: async () => {
      await child[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

/** What the Python client saw of a server. */
export interface PythonReport {
  readonly version: string;
  readonly dim: number;
  readonly stream: {
    readonly first: string;
    readonly window: number;
    readonly status: string;
    readonly results: readonly PythonResult[];
  };
  readonly unary: PythonResult;
  readonly texts: readonly PythonResult[];
  readonly itemBeforeOpen: string;
}

export interface PythonResult {
  readonly id: number;
  readonly hash: string;
  readonly kind: string;
  readonly norm?: number;
  readonly version?: string;
  readonly reason?: string;
  readonly retry?: string;
}

/** Not in step with this process: the server that it meets may live in here. */
export async function runPythonClient(address: string): Promise<PythonReport> {
  using folder = tempFolder();
  makeStubs(folder.path);
  const args = [join(PYTHON_FOLDER, 'client.py'), folder.path, address.replace(/^grpc:\/\//, '')];
  const { stdout } = await promisify(execFile)(PYTHON, args, { timeout: 60_000 });
  return JSON.parse(stdout) as PythonReport;
}
