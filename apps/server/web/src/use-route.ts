import { useEffect, useState } from 'preact/hooks';
import { formatRoute, parseRoute, type Route } from './route.js';

let hashBefore: string | null = null;
let hashNow = location.hash;

function noteHash(): void {
  if (location.hash === hashNow) return;
  hashBefore = hashNow;
  hashNow = location.hash;
}

/** The address before the one in force, within this visit; null for the first. */
export function previousHash(): string | null {
  return hashBefore;
}

/** The route in force, kept in step with the address bar. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
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
  // replaceState is silent; useRoute listens to this one.
  window.dispatchEvent(new PopStateEvent('popstate'));
}
