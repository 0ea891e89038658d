import { type DestinationStream, destination, type Logger, pino } from 'pino';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** JSON lines on standard error; standard output holds only what a program reads. */
export function createLog(level: string): Log {
  const stream: DestinationStream = destination({ dest: 2, sync: true });
  return pino({ level, base: { component: 'apollo' } }, stream);
}
