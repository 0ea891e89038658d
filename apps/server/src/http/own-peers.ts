import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { systemCode } from '../errors.js';
import { isLoopback } from './access.js';
import { ownerIn, type TcpEnd } from './tcp-owner.js';

type Connection = Pick<Socket, 'localAddress' | 'localPort' | 'remoteAddress' | 'remotePort'>;

/** Whether a connection comes from this server's own user, or root. */
export type IsOwnPeer = (connection: Connection) => Promise<boolean>;

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
const ROOT = 0;
// A user that this namespace cannot map is shown as this one, so it could be anyone.
const NOBODY = 65_534;
// A table that changes while it is read can miss a row.
const TRIES = 3;

/** Linux says whose a connection of this machine is. */
export function canKnowPeers(): boolean {
  return existsSync(TABLES[0] ?? '');
}

/** Asks the kernel once a connection. Where it cannot be known, every user of this machine counts as the own one. */
export function createOwnPeers(uid: number | undefined = process.geteuid?.()): IsOwnPeer {
  const known = new WeakMap<Connection, boolean>();
  const readTables = shareReads(async () => (await Promise.all(TABLES.map(readTable))).join('\n'));
  /** Undefined when the kernel does not say. */
  const look = async (connection: Connection): Promise<boolean | undefined> => {
    const [peer, here] = endsOf(connection);
    if (peer === undefined || here === undefined) return undefined;
    if (uid === undefined || !canKnowPeers()) return isLoopback(peer.address.replace(/^::ffff:/, ''));
    for (let tries = 0; tries < TRIES; tries++) {
      const owner = ownerIn(await readTables(), peer, here);
      if (owner !== undefined) return owner === ROOT || (owner === uid && owner !== NOBODY);
    }
    return undefined;
  };
  return async (connection) => {
    const found = known.get(connection) ?? (await look(connection).catch(() => undefined));
    if (found !== undefined) known.set(connection, found);
    return found === true; // If we cannot tell who it is, nobody is let in.
  };
}

function endsOf(connection: Connection): readonly [TcpEnd | undefined, TcpEnd | undefined] {
  const end = (address: string | undefined, port: number | undefined): TcpEnd | undefined =>
    address === undefined || port === undefined ? undefined : { address, port };
  return [end(connection.remoteAddress, connection.remotePort), end(connection.localAddress, connection.localPort)];
}

async function readTable(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return ''; // Without IPv6 there is no tcp6.
    throw error;
  }
}

/** However many ask at once, one reads at a time; whoever asks while it reads waits for the next reading. */
function shareReads<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  return () => {
    next ??= running
      .catch(() => {}) // Its own askers were told.
      .then(() => {
        const reading = read();
        next = undefined;
        return reading;
      });
    running = next;
    return next;
  };
}
