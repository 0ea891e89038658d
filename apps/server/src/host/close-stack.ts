import { setTimeout as sleep } from 'node:timers/promises';
import type { BaseLogger } from 'pino';

/** Closes what was opened, in reverse order. Each part gets a grace period; one that hangs blocks no other. */
export interface CloseStack extends AsyncDisposable {
  add(name: string, close: () => Promise<void> | void, graceMs?: number): void;
  close(): Promise<void>;
}

const GRACE_MS = 2_000;

export function createCloseStack(log?: Pick<BaseLogger, 'warn' | 'debug'>): CloseStack {
  const entries: { readonly name: string; readonly graceMs: number; close(): Promise<void> | void }[] = [];
  let closing: Promise<void> | undefined;

  const closeAll = async (): Promise<void> => {
    for (let entry = entries.pop(); entry !== undefined; entry = entries.pop()) {
      const { name, graceMs } = entry;
      try {
        if ((await withGrace(entry.close(), graceMs)) === 'late')
          log?.warn({ part: name, graceMs }, 'did not close in time; going on');
      } catch (err) {
        log?.warn({ err, part: name }, 'failed to close; going on');
      }
    }
  };
  const close = (): Promise<void> => (closing ??= closeAll());
  return {
    add: (name, closeOne, graceMs = GRACE_MS) => void entries.push({ name, graceMs, close: closeOne }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function withGrace(work: Promise<void> | void, graceMs: number): Promise<'done' | 'late'> {
  const timer = new AbortController();
  const late = sleep(graceMs, 'late' as const, { signal: timer.signal, ref: true }).catch(() => 'late' as const);
  try {
    return await Promise.race([Promise.resolve(work).then(() => 'done' as const), late]);
  } finally {
    timer.abort();
  }
}
