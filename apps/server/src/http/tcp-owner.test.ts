import { endianness } from 'node:os';
import { describe, expect, test } from 'vitest';
import { ownerIn } from './tcp-owner.js';

const HERE = { address: '127.0.0.1', port: 8484 };
const PEER = { address: '127.0.0.1', port: 50_000 };

const row = (ends: string, state: string, uid: number, inode: number): string =>
  `   1: ${ends} ${state} 00000000:00000000 00:00000000 00000000 ${String(uid).padStart(5)}        0 ${inode} 1 0 20 4 30 10 -1\n`;

const V4 = '0100007F:C350 0100007F:2124';
const MAPPED = '0000000000000000FFFF00000100007F:C350 0000000000000000FFFF00000100007F:2124';
const V6 = '00000000000000000000000001000000:C350 00000000000000000000000001000000:2124';

describe.skipIf(endianness() !== 'LE')('the owner of a connection', () => {
  test.each([
    ['the row of the peer', row(V4, '01', 1000, 77), 1000],
    ['the row of an IPv6 socket that speaks IPv4', row(MAPPED, '01', 1000, 77), 1000],
    ['a half closed one that a process still holds', row(V4, '05', 1000, 77), 1000],
    ['the server’s own row alone', row('0100007F:2124 0100007F:C350', '01', 0, 77), undefined],
    ['another port', row('0100007F:C351 0100007F:2124', '01', 0, 77), undefined],
    ['one that its process has closed, which the kernel shows as root’s', row(V4, '05', 0, 0), undefined],
    ['one that waits for the end', row(V4, '06', 0, 0), undefined],
    ['a living one after a closed one', row(V4, '06', 0, 0) + row(V4, '01', 1000, 77), 1000],
    ['nothing', '', undefined],
  ])('is read from %s', (_, table, expected) => {
    expect(ownerIn(table, PEER, HERE)).toBe(expected);
  });

  test('is read for IPv6, and for IPv4 in its IPv6 spelling', () => {
    expect(ownerIn(row(V6, '01', 5, 77), { address: '::1', port: 50_000 }, { address: '::1', port: 8484 })).toBe(5);
    const mapped = { address: '::ffff:127.0.0.1', port: 50_000 };
    expect(ownerIn(row(V4, '01', 6, 77), mapped, { address: '::ffff:127.0.0.1', port: 8484 })).toBe(6);
  });
});
