import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { LOGIN_NEEDED } from './api/http.js';
import { type LiveStatusFeed, startLiveStatus } from './api/live-status.js';
import { StatusContext } from './api/status-context.js';
import { FailuresPage } from './pages/failures-page.js';
import { LibrariesPage } from './pages/libraries-page.js';
import { LoginPage } from './pages/login-page.js';
import { PhotosPage } from './pages/photos-page.js';
import { ProgressPage } from './pages/progress-page.js';
import { SettingsPage } from './pages/settings-page.js';
import { Shell } from './parts/shell.js';
import type { Route } from './route.js';
import { useRoute } from './use-route.js';

/** The whole page: the login while the server asks for one, else the shell with the page of the address. */
export function App({ linkRefused }: { readonly linkRefused: boolean }): JSX.Element | null {
  const route = useRoute();
  const [feed, setFeed] = useState<LiveStatusFeed | null>(null);
  const [needsLogin, setNeedsLogin] = useState(false);

  useEffect(() => {
    const onLoginNeeded = (): void => setNeedsLogin(true);
    window.addEventListener(LOGIN_NEEDED, onLoginNeeded);
    return () => window.removeEventListener(LOGIN_NEEDED, onLoginNeeded);
  }, []);

  useEffect(() => {
    if (needsLogin) return undefined;
    const started = startLiveStatus();
    setFeed(started);
    return () => {
      started.close();
      setFeed(null);
    };
  }, [needsLogin]);

  // The browser keeps the place when only what is after the # changes. Lists of photos see to their own.
  useEffect(() => {
    if (route.kind !== 'photos') window.scrollTo(0, 0);
  }, [route.kind]);

  if (needsLogin) return <LoginPage linkRefused={linkRefused} onSignedIn={() => setNeedsLogin(false)} />;
  if (feed === null) return null;
  return (
    <StatusContext.Provider value={feed}>
      <Shell route={route}>
        <Page route={route} />
      </Shell>
    </StatusContext.Provider>
  );
}

function Page({ route }: { readonly route: Route }): JSX.Element {
  switch (route.kind) {
    case 'photos':
      return <PhotosPage query={route.query} photo={route.photo} />;
    case 'progress':
      return <ProgressPage />;
    case 'failures':
      return <FailuresPage reason={route.reason} />;
    case 'libraries':
      return <LibrariesPage />;
    case 'settings':
      return <SettingsPage />;
  }
}
