import type { JSX } from 'preact';
import type { ApiEncoder } from '../../../src/api/index.js';
import { texts } from '../texts.js';

const GOOD_STATES: readonly string[] = ['idle', 'open', 'draining'];

export function EncoderList({ encoders }: { readonly encoders: readonly ApiEncoder[] }): JSX.Element {
  if (encoders.length === 0) return <p class="hint">{texts.progress.noEncoders}</p>;
  return (
    <ul class="plain-list">
      {encoders.map((encoder) => (
        <li key={encoder.address} class="encoder">
          <span class={`dot ${GOOD_STATES.includes(encoder.state) ? 'dot-good' : 'dot-bad'}`} aria-hidden="true" />
          <span>
            <strong title={encoder.address}>{nameOf(encoder.address)}</strong>
            <span class="hint">
              {[
                texts.progress.encoderState[encoder.state] ?? encoder.state,
                encoder.model?.name,
                // Without a connection there is no window.
                encoder.window > 0 ? texts.progress.inFlight(encoder.inFlight, encoder.window) : undefined,
              ]
                .filter((part) => part !== undefined)
                .join(' · ')}
            </span>
            {encoder.reason !== null && <span class="hint">{encoder.reason}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

// The server starts its own encoder on a socket of this name; its folder says nothing to anybody.
function nameOf(address: string): string {
  return /^unix:.*\/apollo\.sock$/.test(address) ? texts.progress.builtIn : address;
}
