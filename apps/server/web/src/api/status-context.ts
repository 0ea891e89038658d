import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { LiveStatus, LiveStatusFeed } from './live-status.js';

export const StatusContext = createContext<LiveStatusFeed | null>(null);

export function useStatusFeed(): LiveStatusFeed {
  const feed = useContext(StatusContext);
  if (feed === null) throw new Error('useStatusFeed needs a StatusContext around it');
  return feed;
}

/** The live status; the component renders again with each change. */
export function useLiveStatus(): LiveStatus {
  const feed = useStatusFeed();
  const [state, setState] = useState(feed.current());
  useEffect(() => {
    setState(feed.current());
    return feed.subscribe(() => setState(feed.current()));
  }, [feed]);
  return state;
}
