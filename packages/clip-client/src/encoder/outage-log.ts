import type { Logger } from '@clip-watch/basics';
import type { AfterEnd } from './retry-policy.js';

/** Says what became of one encoder: a line when it goes, one when the breaker opens, one when it is back. */
export interface OutageLog {
  ended(next: AfterEnd): void;
  /** The first good sign after an outage. */
  returned(): void;
  /** A protocol fault: the first of a stream is a warning, the others are for who looks closely. */
  fault(message: string): void;
  /** A new stream: its first fault is worth a line again. */
  opened(): void;
}

export function createOutageLog(encoder: string, log: Logger | undefined): OutageLog {
  let said: 'nothing' | 'away' | 'broken' | 'misconfigured' = 'nothing';
  let reasonSaid: string | undefined;
  let hasSaidFault = false;
  const speak = (state: typeof said, reason: string | undefined, message: string): void => {
    const isNews = state !== said || (state === 'misconfigured' && reason !== reasonSaid);
    said = state;
    reasonSaid = reason;
    if (isNews) log?.warn({ encoder, reason }, message);
    else log?.debug({ encoder, reason }, message);
  };
  return {
    ended: (next) => {
      if (next.state === 'misconfigured') speak('misconfigured', next.reason, 'clip_watch: the encoder refuses us');
      else if (next.state === 'broken')
        speak('broken', next.reason, 'clip_watch: the encoder stays away, asking seldom');
      else if (next.state === 'waiting' && said === 'nothing')
        speak('away', next.reason, 'clip_watch: the encoder is away');
    },
    returned: () => {
      if (said !== 'nothing') log?.info({ encoder }, 'clip_watch: the encoder is back');
      said = 'nothing';
    },
    fault: (message) => {
      if (hasSaidFault) log?.debug({ encoder, reason: message }, 'clip_watch: the encoder broke the contract');
      else log?.warn({ encoder, reason: message }, 'clip_watch: the encoder broke the contract');
      hasSaidFault = true;
    },
    opened: () => {
      hasSaidFault = false;
    },
  };
}
