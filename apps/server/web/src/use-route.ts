import { useEffect, useState } from 'preact/hooks';
import { formatRoute, parseRoute, type Route } from './route.js';

/** What the browser keeps with each entry of its history. */
interface EntryState {
  /** The address of the entry behind this one; null when this visit began here. */
  readonly cameFrom: string | null;
}

let hashNow = location.hash;
let wasThere = false;

function noteHash(): void {
  if (location.hash === hashNow) return;
  // A new entry comes without a state; one that the back or forward button leads to still has ours.
  wasThere = entryState() !== null;
  if (!wasThere) history.replaceState({ cameFrom: formatRoute(parseRoute(hashNow)) } satisfies EntryState, '');
  hashNow = location.hash;
}

function entryState(): EntryState | null {
  return history.state as EntryState | null; // Nobody else writes it.
}

/** The address that closing this one can go back to; null when it was opened from elsewhere. */
export function cameFrom(): string | null {
  return entryState()?.cameFrom ?? null;
}

/** True after the back or forward button: then people expect what they left, where they left it. */
export function isReturn(): boolean {
  return wasThere;
}

/** The route in force, kept in step with the address bar. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    history.scrollRestoration = 'manual';
    // The entry that the visit began with: after a reload it has its state already.
    if (entryState() === null) history.replaceState({ cameFrom: null } satisfies EntryState, '');
    const onChange = (): void => {
      noteHash();
      setRoute(parseRoute(location.hash));
    };
    window.addEventListener('hashchange', onChange);
    window.addEventListener('popstate', onChange);
    return () => {
      window.removeEventListener('hashchange', onChange);
      window.removeEventListener('popstate', onChange);
    };
  }, []);
  return route;
}

/** Goes to a route; `replace` leaves no entry behind for the back button. */
export function navigate(route: Route, options: { readonly replace?: boolean } = {}): void {
  const hash = formatRoute(route);
  if (hash === location.hash) return;
  if (!options.replace) {
    location.hash = hash;
    return;
  }
  history.replaceState(history.state, '', hash);
  hashNow = hash;
  // replaceState is silent; useRoute listens to this one.
  window.dispatchEvent(new PopStateEvent('popstate'));
}
