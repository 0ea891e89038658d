import { createContext, Script } from 'node:vm';

/** A call that did not come back and was broken off in the middle. */
export class CallCutOff extends Error {
  override readonly name = 'CallCutOff';
  constructor(limitMs: number, options?: ErrorOptions) {
    super(`it held up the whole server for ${limitMs} ms and was cut off`, options);
  }
}

// A function cannot be broken off, a script can: this one calls what lies in its room.
const room: { call?: () => unknown } = {};
createContext(room);
const script = new Script('call()');

/**
 * Calls foreign code that may loop for ever. Costs about 0.1 ms. Of an async function this is the part before its first
 * `await`; what comes later runs from the event loop, where nothing can break it off.
 * @throws CallCutOff; what the call itself throws
 */
export function callWithin<T>(limitMs: number, call: () => T): T {
  room.call = call;
  try {
    return script.runInContext(room, { timeout: limitMs }) as T; // The script gives back what the call does.
  } catch (cause) {
    if (isTimeout(cause)) throw new CallCutOff(limitMs, { cause });
    throw cause;
  }
}

/** Not `instanceof Error`: it comes from the script's own room. */
function isTimeout(cause: unknown): boolean {
  return typeof cause === 'object' && (cause as { code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
