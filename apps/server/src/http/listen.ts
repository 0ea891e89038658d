import { chmod } from 'node:fs/promises';
import { freeSocketPath, socketPathOf } from '@clip-watch/processes';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.js';
import { HostError, messageOf, systemCode } from '../errors.js';

/** A proxy may run in the socket's group. */
const SOCKET_MODE = 0o660;

/**
 * @returns the address of the pages without a slash at its end, or `unix:/path`
 * @throws HostError PORT_IN_USE
 */
export async function listen(
  app: Pick<FastifyInstance, 'listen'>,
  { host, port }: Pick<Config, 'host' | 'port'>,
): Promise<string> {
  const path = socketPathOf(host);
  return path === undefined ? await listenOnPort(app, host, port) : await listenOnSocket(app, path);
}

async function listenOnPort(app: Pick<FastifyInstance, 'listen'>, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (cause) {
    const isInUse = systemCode(cause) === 'EADDRINUSE';
    const message = isInUse
      ? `port ${port} on ${host} is in use: stop the other program, or choose another with PORT`
      : `cannot listen on ${host}:${port}: ${messageOf(cause)}`;
    throw new HostError('PORT_IN_USE', message, { cause });
  }
}

async function listenOnSocket(app: Pick<FastifyInstance, 'listen'>, path: string): Promise<string> {
  if (!(await freeSocketPath(path)))
    throw new HostError('PORT_IN_USE', `unix:${path} is in use: stop the other program, or choose another with HOST`);
  try {
    await app.listen({ path });
    await chmod(path, SOCKET_MODE);
  } catch (cause) {
    throw new HostError('PORT_IN_USE', `cannot listen on unix:${path}: ${messageOf(cause)}`, { cause });
  }
  return `unix:${path}`;
}
