import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { type Attack, mustFail, type Round } from '../attack.js';
import type { Api } from '../kit/api.js';
import {
  CANARIES,
  type CanaryWords,
  checkPlaces,
  expectSeen,
  MAY_APPEAR,
  mergePlaces,
  type Places,
  totalBytes,
} from '../kit/canary-places.js';
import { startEncoder } from '../kit/encoder.js';
import { startHook } from '../kit/hook.js';
import { createPhotoMaker, writePhoto } from '../kit/library.js';
import { commandLine, descendantsOf } from '../kit/processes.js';
import { startServer } from '../kit/server.js';
import { waitUntil } from '../kit/wait.js';
import { startWireTap } from '../kit/wire-tap.js';
import { makeFolders } from './server-kill.js';

/** A word of its own in every secret, looked for in everything that leaves. */
export const canaries: Attack = {
  name: 'canaries',
  promise: 'no secret, searched word, name or content of a photo is seen where it does not belong',
  rounds: { smoke: 1, deep: 1, nightly: 1 },
  counts: 'searched',
  async attack(round) {
    const words = makeCanaries(round);
    const near = await collect(round, words, '127.0.0.1', 'near');
    // A token is only sent to another machine over TLS, so this one is without.
    const outer = outerAddress();
    if (outer === undefined)
      process.stderr.write('\n*** SKIPPED: no address but loopback, so no encoder elsewhere. ***\n\n');
    const far = outer === undefined ? {} : await collect(round, words, outer, 'far');
    const places = mergePlaces(near, far);
    checkPlaces(places, words);
    expectSeen(near, words);
    return { searched: Object.keys(MAY_APPEAR).length * CANARIES.length, bytes: totalBytes(places), leaks: 0 };
  },
  async control(round) {
    const words = makeCanaries(round);
    const places: Places = Object.fromEntries(Object.keys(MAY_APPEAR).map((place) => [place, Buffer.from('nothing')]));
    checkPlaces(places, words);
    for (const [place, allowed] of Object.entries(MAY_APPEAR))
      for (const canary of CANARIES.filter((name) => !allowed.includes(name)))
        await mustFail(`${canary} in ${place}`, () =>
          checkPlaces({ ...places, [place]: Buffer.from(`before ${words[canary]} after`) }, words),
        );
    await mustFail('a tap that sees nothing', () => expectSeen(places, words));
    return 'each canary is noticed in each place where it may not be, and a tap that sees nothing is as well';
  },
};

function makeCanaries({ random }: Round): CanaryWords {
  const word = (name: string): string => `${name}-${random.bytes(16).toString('hex')}-Kanarie`;
  return {
    authToken: word('auth'),
    apolloToken: word('apollo'),
    notifyPath: word('notify'),
    query: word('query'),
    photoName: word('photo'),
    photoContent: word('content'),
  };
}

async function collect(round: Round, words: CanaryWords, host: string, name: 'near' | 'far'): Promise<Places> {
  const [root, dataDir] = makeFolders(`${round.folder}/${name}`);
  const maker = await createPhotoMaker(round.random);
  const content = (): Buffer => Buffer.concat([maker.next(), Buffer.from(words.photoContent)]);
  writePhoto(root, `${words.photoName}.jpg`, content());
  writePhoto(root, `${words.photoName}-broken.jpg`, Buffer.from(`no picture ${words.photoContent}`));
  await using encoder = await startEncoder(name === 'near' ? words.apolloToken : undefined);
  await using tap = await startWireTap(host, encoder.port);
  await using hook = await startHook();
  await using server = startServer({
    dataDir,
    roots: [root],
    env: {
      APOLLO_URL: `grpc://${host}:${tap.port}`,
      ...(name === 'near' ? { APOLLO_TOKEN: words.apolloToken } : {}),
      AUTH_TOKEN: words.authToken,
      NOTIFY_URL: `http://127.0.0.1:${hook.port}/${words.notifyPath}`,
      LOG_LEVEL: 'trace',
    },
  });
  const api = await server.api;
  await api.settled(2);
  const metrics = await api.metrics();
  const answers = await askEverything(api, words);
  await waitUntil(
    () => hook.bodies().length > 0,
    () => 'the webhook was never told',
  );
  const children = descendantsOf(server.pid);
  return {
    'the log': Buffer.from(server.log()),
    '/metrics': Buffer.from(metrics),
    'an answer to somebody without the token': answers.stranger,
    'an answer that is a problem': answers.problems,
    [name === 'near' ? 'the wire to an encoder on this machine' : 'the wire to an encoder elsewhere']: tap.seen(),
    'the webhook': hook.bodies(),
    'the command line of a process': Buffer.from([server.pid, ...children].map(commandLine).join('\n')),
    'the environment of a child': Buffer.concat(children.map(readEnvironment)),
  };
}

async function askEverything(api: Api, words: CanaryWords) {
  await api.post('/api/search', { text: words.query });
  const images = await api.images();
  const strangers = [
    '/',
    '/api/images',
    '/api/clip/status',
    '/metrics',
    '/api/libraries',
    `/${words.query}`,
    ...images.map(({ id }) => `/api/images/${id}/original`),
  ];
  const stranger = await Promise.all(strangers.map(async (path) => (await fetch(`${api.url}${path}`)).text()));
  const wrong = { authorization: 'Bearer wrong' };
  stranger.push(await (await fetch(`${api.url}/api/images`, { headers: wrong })).text());
  const headers = { 'content-type': 'application/json' };
  const bad: readonly [string, RequestInit][] = [
    ['/api/search', { method: 'POST', headers, body: JSON.stringify({ text: words.query, limit: -1 }) }],
    ['/api/search', { method: 'POST', headers, body: `{"text": "${words.query}"` }],
    ['/api/images/4711', {}],
    ['/api/nothing', {}],
    ...images.map(({ id }): [string, RequestInit] => [`/api/images/${id}/thumbnail`, {}]),
  ];
  const problems: string[] = [];
  for (const [path, init] of bad) {
    const answer = await api.request(path, init);
    if (!answer.ok) problems.push(await answer.text());
    else await answer.arrayBuffer();
  }
  return { stranger: Buffer.from(stranger.join('\n')), problems: Buffer.from(problems.join('\n')) };
}

/** Empty when it ended meanwhile. */
function readEnvironment(pid: number): Buffer {
  try {
    return readFileSync(`/proc/${pid}/environ`);
  } catch {
    return Buffer.alloc(0);
  }
}

/** An address of this machine that is not loopback, so that a program takes it for another one. */
function outerAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
}
