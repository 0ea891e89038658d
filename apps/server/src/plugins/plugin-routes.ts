import { withDeadline } from '@clip-watch/basics';
import type { PluginRequest, PluginRoute } from '@clip-watch/plugin-api';
import { HostError, messageOf } from '../errors.js';

export interface RouteGuard {
  readonly plugin: string;
  readonly timeoutMs: number;
  /** Calls into the plugin. */
  call<T>(work: () => T): T;
  /** Told after each call: why it failed, or undefined. */
  onOutcome(failure: string | undefined, error: unknown): void;
}

/**
 * The route with a deadline. A refusal of its own (an error with a `statusCode` below 500) passes through.
 * @throws HostError PLUGIN from `handle`, for a route that throws or hangs
 */
export function guardRoute({ method, path, ...route }: PluginRoute, guard: RouteGuard): PluginRoute {
  const handle = async (request: PluginRequest): Promise<unknown> => {
    try {
      const work = Promise.resolve().then(() => guard.call(() => route.handle(request)));
      const answer = await withDeadline(work, guard.timeoutMs);
      guard.onOutcome(undefined, undefined);
      return answer ?? null; // The server waits for ever for an answer that is undefined.
    } catch (error) {
      if (isRefusal(error)) throw error;
      guard.onOutcome(`its route ${path} failed: ${messageOf(error)}`, error);
      throw new HostError('PLUGIN', `The plugin ${guard.plugin} failed at this. The log says what.`, { cause: error });
    }
  };
  return { method, path, handle };
}

function isRefusal(error: unknown): boolean {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  return status >= 400 && status < 500;
}
