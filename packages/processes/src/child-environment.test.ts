import { afterEach, expect, test, vi } from 'vitest';
import { childEnvironment } from './child-environment.js';

afterEach(() => vi.unstubAllEnvs());

test.each([
  'AUTH_TOKEN',
  'APOLLO_TOKEN',
  'DATABASE_URL',
  'NOTIFY_URL',
  'CLIP_WATCH_DATA_DIR',
  'NODE_OPTIONS',
  'AWS_SECRET_ACCESS_KEY',
  'PGPASSWORD',
  'SOMETHING_NEW',
])('%s stays behind', (name) => {
  vi.stubEnv(name, 'canary');
  expect(Object.values(childEnvironment({}, { network: true }))).not.toContain('canary');
});

test.each(['PATH', 'TMPDIR', 'LC_ALL', 'TZ', 'LD_PRELOAD', 'LD_LIBRARY_PATH'])('%s goes along', (name) => {
  vi.stubEnv(name, 'kept');
  expect(childEnvironment()).toMatchObject({ [name]: 'kept' });
});

test.each(['https_proxy', 'HTTP_PROXY', 'NODE_EXTRA_CA_CERTS'])('%s goes to a child that downloads', (name) => {
  vi.stubEnv(name, 'http://user:password@proxy');
  expect(childEnvironment()).not.toHaveProperty(name);
  expect(childEnvironment({}, { network: true })).toMatchObject({ [name]: 'http://user:password@proxy' });
});

test('what is given for the child wins', () => {
  expect(childEnvironment({ PATH: '/its/own', COLOUR: 'blue' })).toMatchObject({ PATH: '/its/own', COLOUR: 'blue' });
});
