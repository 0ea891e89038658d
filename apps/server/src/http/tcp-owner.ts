import { endianness } from 'node:os';
import ipaddr from 'ipaddr.js';

/** One end of a connection. */
export interface TcpEnd {
  readonly address: string;
  readonly port: number;
}

/**
 * The user who holds the `local` end of a connection, as a table of the kernel has it (`/proc/net/tcp`, `tcp6`).
 * @returns undefined when no living socket of this machine has that end
 */
export function ownerIn(table: string, local: TcpEnd, remote: TcpEnd): number | undefined {
  for (const [from, to] of spellings(local, remote)) {
    for (let at = table.indexOf(` ${from} ${to} `); at >= 0; at = table.indexOf(` ${from} ${to} `, at + 1)) {
      const fields = table.slice(at + 1, table.indexOf('\n', at)).split(/ +/);
      const [uid, inode] = [Number(fields[UID]), Number(fields[INODE])];
      // A socket that its process has closed belongs to nobody, and the kernel says 0 then: that is not root.
      if (inode > 0 && Number.isSafeInteger(uid)) return uid;
    }
  }
  return undefined;
}

// Counted from the local address.
const UID = 6;
const INODE = 8;

/** A program may speak IPv4 through an IPv6 socket: then both ends stand in the other table, mapped. */
function spellings(local: TcpEnd, remote: TcpEnd): readonly (readonly [string, string])[] {
  const ends = [local, remote].map(({ address, port }) => ({ ip: ipaddr.process(address), port }));
  const asIs = ends.map(({ ip, port }) => spell(ip, port));
  const mapped = ends.map(({ ip, port }) => spell('toIPv4MappedAddress' in ip ? ip.toIPv4MappedAddress() : ip, port));
  return [asIs, mapped].map(([from = '', to = '']) => [from, to] as const);
}

/** As the kernel prints it: words of four bytes in the machine's order, the port in the network's. */
function spell(ip: ipaddr.IPv4 | ipaddr.IPv6, port: number): string {
  const bytes = Buffer.from(ip.toByteArray());
  if (endianness() === 'LE') bytes.swap32();
  return `${bytes.toString('hex')}:${port.toString(16).padStart(4, '0')}`.toUpperCase();
}
