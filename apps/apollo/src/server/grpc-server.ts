import { readFile } from 'node:fs/promises';
import { freeSocketPath } from '@clip-watch/processes';
import {
  CLIP_PROTO,
  CLIP_SERVICE,
  type ClipEncodingServiceHandlers,
  LOADER_OPTIONS,
  PROTO_DIR,
  type ProtoGrpcType,
} from '@clip-watch/proto';
import { loadPackageDefinition, logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import { ApolloError, messageOf } from '../errors.js';
import { formatListenAddress, type ListenAddress } from './listen-address.js';
import { raiseReceiveWindow } from './receive-window.js';
import { createTokenCheck } from './token-check.js';

export interface GrpcServerOptions {
  readonly listen: readonly ListenAddress[];
  readonly handlers: ClipEncodingServiceHandlers;
  readonly maxMessageBytes: number;
  readonly token?: string;
  /** PEM files. Unix sockets stay plain: nothing leaves the machine there. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
}

export interface GrpcServer {
  /** The addresses that are served, with the real port where 0 was asked for. */
  readonly addresses: readonly string[];
  setServing(isServing: boolean): void;
  /** Lets unary calls end until the grace is over, then drops every connection. */
  close(graceMs: number): Promise<void>;
}

/**
 * Binds every address; health (`SERVING`) and reflection are served beside the contract.
 * @throws ApolloError ADDRESS, TLS
 */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  // Its own lines on standard error are no JSON; what matters comes back as errors.
  setLogVerbosity(logVerbosity.NONE);
  const definition = loadSync(CLIP_PROTO, { ...LOADER_OPTIONS, includeDirs: [PROTO_DIR] });
  // The generated type describes exactly this definition.
  const proto = loadPackageDefinition(definition) as unknown as ProtoGrpcType;
  const server = new Server({
    'grpc.max_receive_message_length': options.maxMessageBytes,
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 20_000,
    interceptors: options.token === undefined ? [] : [createTokenCheck(options.token)],
  });
  server.addService(proto.apollo.clip.v1.ClipEncodingService.service, options.handlers);
  const health = new HealthImplementation({ '': 'NOT_SERVING', [CLIP_SERVICE]: 'NOT_SERVING' });
  health.addToServer(server);
  new ReflectionService(definition).addToServer(server);

  const secure = await readCredentials(options.tls);
  const addresses: string[] = [];
  for (const address of options.listen) {
    const credentials = address.kind === 'unix' ? ServerCredentials.createInsecure() : secure;
    addresses.push(await bind(server, address, credentials));
  }
  raiseReceiveWindow(server);
  return {
    addresses,
    setServing(isServing) {
      for (const name of ['', CLIP_SERVICE]) health.setStatus(name, isServing ? 'SERVING' : 'NOT_SERVING');
    },
    close: (graceMs) => close(server, graceMs),
  };
}

async function readCredentials(tls: GrpcServerOptions['tls']): Promise<ServerCredentials> {
  if (tls === undefined) return ServerCredentials.createInsecure();
  try {
    const [cert, key] = await Promise.all([readFile(tls.certFile), readFile(tls.keyFile)]);
    return ServerCredentials.createSsl(null, [{ cert_chain: cert, private_key: key }]);
  } catch (error) {
    throw new ApolloError('TLS', `--tls-cert ${tls.certFile}, --tls-key ${tls.keyFile}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function bind(server: Server, address: ListenAddress, credentials: ServerCredentials): Promise<string> {
  const target = formatListenAddress(address);
  if (address.kind === 'unix' && !(await freeSocketPath(address.path)))
    throw new ApolloError('ADDRESS', `${target} is in use by another server: stop it first`);
  // A socket file is reachable by whoever may write it: only this user.
  const mask = address.kind === 'unix' ? process.umask(0o177) : undefined;
  try {
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync(target, credentials, (error, bound) => (error ? reject(error) : resolve(bound))),
    );
    return address.kind === 'unix' ? target : formatListenAddress({ ...address, port });
  } catch (error) {
    throw new ApolloError('ADDRESS', `${target} cannot be served: ${messageOf(error)}`, { cause: error });
  } finally {
    if (mask !== undefined) process.umask(mask);
  }
}

async function close(server: Server, graceMs: number): Promise<void> {
  const force = setTimeout(() => server.forceShutdown(), graceMs);
  await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  clearTimeout(force);
}
