import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { describe, expect, test, vi } from 'vitest';
import { runApollo } from '../testing/apollo-process.js';
import { makeCertificate } from '../testing/certificate.js';
import { startConnectProxy } from '../testing/connect-proxy.js';
import { HUB_FILES, HUB_MODEL, LARGE_FILE, startHub } from '../testing/hub-server.js';
import { canMountDisk, runOnSmallDisk } from '../testing/small-disk.js';

const LARGE = HUB_FILES.get(LARGE_FILE) as Buffer;
const pull = (dataDir: string, mirror: string, env: Readonly<Record<string, string>> = {}) =>
  runApollo(['pull', HUB_MODEL], { CLIP_MODEL_MIRROR: mirror, CLIP_WATCH_DATA_DIR: dataDir, ...env });

describe('two pulls of one model at once', () => {
  test('the second is told of the first, which is not disturbed', async () => {
    using data = tempFolder();
    let second: Awaited<ReturnType<typeof pull>> | undefined;
    await using hub = await startHub({
      kind: 'pauses',
      onHalf: async () => {
        second = await pull(data.path, hub.url);
      },
    });
    const first = await pull(data.path, hub.url);
    expect(second).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^another pull .* is under way/),
    });
    expect(first).toMatchObject({ code: 0 });
    expect(readFileSync(join(data.path, 'models', HUB_MODEL, LARGE_FILE)).equals(LARGE)).toBe(true);
    expect(existsSync(join(data.path, 'models', `${HUB_MODEL}.lock`))).toBe(false);
  });

  test("one that was killed a while ago is in nobody's way", async () => {
    using data = tempFolder();
    await using hub = await startHub();
    expect((await pull(data.path, hub.url)).code).toBe(0);
    rmSync(join(data.path, 'models', HUB_MODEL, LARGE_FILE));
    const lock = join(data.path, 'models', `${HUB_MODEL}.lock`);
    writeFileSync(lock, '');
    expect((await pull(data.path, hub.url)).stderr).toContain('another pull');
    utimesSync(lock, 0, Date.now() / 1000 - 120);
    expect((await pull(data.path, hub.url)).code).toBe(0);
  });
});

describe('a hub with TLS, behind a proxy', () => {
  const files = makeCertificate();

  async function pullThrough(address: string) {
    using data = tempFolder();
    const certFile = join(data.path, 'cert.pem');
    writeFileSync(certFile, files.cert);
    await using hub = await startHub({ kind: 'none' }, HUB_FILES, files);
    const result = await pull(data.path, hub.url, { https_proxy: address, NODE_EXTRA_CA_CERTS: certFile });
    return { ...result, requests: hub.requests.length, host: new URL(hub.url).host };
  }

  test('comes through tunnels, of which the proxy sees the name only', async () => {
    await using proxy = await startConnectProxy();
    const { code, requests, host } = await pullThrough(`http://me:s%20cret@127.0.0.1:${proxy.port}`);
    expect({ code, requests }).toEqual({ code: 0, requests: HUB_FILES.size + 1 });
    // A connection past the proxy would leave its tunnels empty.
    expect(proxy.used).toBe(requests);
    const login = `Basic ${Buffer.from('me:s cret').toString('base64')}`;
    expect(proxy.asked).toEqual(Array(HUB_FILES.size + 1).fill(`${host} ${login}`));
  });

  test('comes through a proxy that is itself reached over TLS', async () => {
    await using proxy = await startConnectProxy({ tls: files });
    const { code, stderr, requests } = await pullThrough(`https://localhost:${proxy.port}`);
    expect({ code, requests }, stderr).toEqual({ code: 0, requests: HUB_FILES.size + 1 });
    expect(proxy.used).toBe(requests);
  });

  test('a proxy that refuses is named, its password is not', async () => {
    await using proxy = await startConnectProxy({ refusal: 407 });
    const { code, stderr, requests } = await pullThrough(`http://me:cret@127.0.0.1:${proxy.port}`);
    expect({ code, requests }).toEqual({ code: 1, requests: 0 });
    expect(stderr).toContain(`the proxy 127.0.0.1:${proxy.port} refuses localhost:`);
    expect(stderr).not.toContain('cret');
  });
});

describe.skipIf(!canMountDisk())('a small disk', () => {
  test('without room it is told before anything is fetched', async () => {
    using signals = tempFolder();
    await using hub = await startHub();
    const { text } = await runOnSmallDisk({
      megabytes: 10,
      script: 'pull; echo "code $?"',
      hub: hub.url,
      signals: signals.path,
    });
    expect(text).toMatch(/ has \d+ MB free, \d+ MB are needed: make room first/);
    expect(text).toContain('code 1');
    expect(hub.requests).toHaveLength(1);
  });

  test('that fills up half-way: told, nothing half is taken for whole, and the next run goes on', async () => {
    using signals = tempFolder();
    const [fill, filled] = [join(signals.path, 'fill'), join(signals.path, 'filled')];
    await using hub = await startHub({
      kind: 'pauses',
      onHalf: async () => {
        writeFileSync(fill, '');
        await vi.waitFor(() => expect(existsSync(filled)).toBe(true), 20_000);
      },
    });
    const script = `
      (until [ -e "$SIGNALS/fill" ]; do sleep 0.05; done; cat /dev/zero > "$DISK/ballast" 2>/dev/null; touch "$SIGNALS/filled") &
      pull; echo "code $?"
      find "$DISK/models" -type f -printf '%P %s\\n'
      rm "$DISK/ballast"
      pull; echo "again $?"
      cmp "$DISK/models/${HUB_MODEL}/${LARGE_FILE}" "$EXPECTED" && echo whole`;
    writeFileSync(join(signals.path, 'expected'), LARGE);
    const { text } = await runOnSmallDisk({ megabytes: 100, script, hub: hub.url, signals: signals.path });
    expect(text).toMatch(/could not be fetched: ENOSPC.*make room and run it again/);
    expect(text).toContain('code 1\n');
    expect(text).not.toMatch(new RegExp(`^${HUB_MODEL}/`, 'm'));
    const kept = Number(new RegExp(`^${HUB_MODEL}\\.partial/${LARGE_FILE}\\.part (\\d+)$`, 'm').exec(text)?.[1]);
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(LARGE.length);
    expect(text).toContain('again 0\nwhole\n');
    expect(hub.requests.at(-1)).toMatch(new RegExp(`^bytes=${kept}- .*${LARGE_FILE}$`));
  }, 60_000);
});
