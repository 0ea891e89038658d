import { once } from 'node:events';
import { cpSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { tempFolder } from '@clip-watch/test-support';
import { credentials, Metadata, status } from '@grpc/grpc-js';
import { describe, expect, test, vi } from 'vitest';
import { PALETTE_DIR } from './model/model-choice.js';
import { createTestClient, solidItem } from './testing/apollo-client.js';
import { runApollo, startApolloProcess } from './testing/apollo-process.js';
import { makeCertificate } from './testing/certificate.js';

const RED = [200, 0, 0] as const;

describe('bad usage ends with 2 and one line', () => {
  test.each([
    [[], {}, '--listen ADDRESS is needed'],
    [['--listen', 'nonsense'], {}, 'not unix:/path or host:port'],
    [['--listen', 'localhost:70000'], {}, 'not unix:/path or host:port'],
    [['--listen', `unix:/${'x'.repeat(120)}`], {}, 'longer than 107 bytes'],
    [['--listen', 'localhost:0', '--children', '0'], {}, '--children 0: not a whole number'],
    [['--listen', 'localhost:0', '--threads', '1.5'], {}, '--threads 1.5'],
    [['--listen', 'localhost:0', '--precision', 'int3'], {}, '--precision int3'],
    [['--listen', 'localhost:0', '--tls-cert', 'x'], {}, 'belong together'],
    [['--listen', 'localhost:0', '--no-such-flag'], {}, '--no-such-flag'],
    [['--listen', 'localhost:0', 'surplus'], {}, 'surplus'],
    [['--listen', 'localhost:0'], { LOG_LEVEL: 'loud' }, 'LOG_LEVEL loud'],
    [['--listen', 'localhost:0'], { CLIP_MODEL: '../../etc' }, '../../etc is not a model'],
    [['pull'], {}, '--data-dir DIR'],
    [['pull', '../x', '--data-dir', '/nowhere'], {}, "is not a model's name"],
  ])('%j %j', async (args, env, message) => {
    const { code, stdout, stderr } = await runApollo(args, env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('--help tells the flags', async () => {
    const { code, stdout } = await runApollo(['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('--listen ADDRESS');
  });
});

describe('a model that cannot be used ends with 1 and names the file', () => {
  const VISION = 'onnx/vision_model.onnx';
  const LFS = 'version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 1\n';
  test.each<[string, (folder: string) => void, RegExp]>([
    ['no folder', (folder) => cpSync(join(PALETTE_DIR, 'config.json'), join(folder, 'x')), /config\.json is missing/],
    ['empty config', (folder) => writeFileSync(join(folder, 'config.json'), ''), /config\.json is not JSON/],
    ['a list as config', (folder) => writeFileSync(join(folder, 'config.json'), '[]'), /config\.json does not hold/],
    [
      'no recipe',
      (folder) => writeFileSync(join(folder, 'preprocessor_config.json'), '{}'),
      /preprocessor_config\.json: /,
    ],
    ['LFS pointer', (folder) => writeFileSync(join(folder, VISION), LFS), /vision_model\.onnx is a Git LFS pointer/],
    ['web page', (folder) => writeFileSync(join(folder, VISION), '<!DOCTYPE html><p>log in</p>'), /is a web page/],
    ['empty file', (folder) => writeFileSync(join(folder, VISION), ''), /is empty or cut off/],
    ['other bytes', (folder) => writeFileSync(join(folder, VISION), Buffer.alloc(500, 1)), /is not an ONNX file/],
    ['cut off', (folder) => truncateSync(join(folder, VISION), 9000), /vision_model\.onnx is damaged/],
    [
      'the text tower',
      (folder) => cpSync(join(folder, 'onnx/text_model.onnx'), join(folder, VISION)),
      /no input pixel_values/,
    ],
    [
      'no tokenizer',
      (folder) => writeFileSync(join(folder, 'tokenizer.json'), '{}'),
      /tokenizer\.json holds no tokenizer/,
    ],
    [
      'a wrong tokenizer',
      (folder) => writeFileSync(join(folder, 'tokenizer.json'), '{"model":{"type":"?"}}'),
      /tokenizer/,
    ],
  ])('%s', async (name, harm, message) => {
    using folder = tempFolder();
    if (name !== 'no folder') cpSync(PALETTE_DIR, folder.path, { recursive: true });
    harm(folder.path);
    const { code, stdout, stderr } = await runApollo(
      ['--listen', `unix:${folder.path}/s`, '--model-dir', folder.path],
      {
        LOG_LEVEL: 'silent',
      },
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('a model without a text side serves pictures and refuses texts', async () => {
    using folder = tempFolder();
    cpSync(PALETTE_DIR, folder.path, { recursive: true, filter: (path) => !/text_model|tokenizer/.test(path) });
    await using apollo = await startApolloProcess({ env: { CLIP_MODEL_DIR: folder.path } });
    using client = createTestClient(apollo.address);
    expect(await client.info()).toMatchObject({ supports_text: false, max_text_tokens: 0 });
    expect((await client.image(solidItem(1, RED))).outcome).toBe('embedding');
    await expect(client.texts(['red'])).rejects.toMatchObject({ code: status.FAILED_PRECONDITION });
  });
});

describe('addresses', () => {
  test('serves several at once and tells the port that was free', async () => {
    using folder = tempFolder();
    await using apollo = await startApolloProcess({
      args: ['--listen', `unix:${folder.path}/s`],
      listen: '127.0.0.1:0',
    });
    const addresses = apollo.address.split(',');
    expect(addresses).toEqual([expect.stringMatching(/^127\.0\.0\.1:[1-9]\d+$/), `unix:${folder.path}/s`]);
    for (const address of addresses) {
      using client = createTestClient(address);
      expect(await client.info()).toMatchObject({ name: 'palette' });
    }
  });

  test('a second server on one socket is refused and does not disturb the first', async () => {
    await using apollo = await startApolloProcess();
    const { code, stderr } = await runApollo(['--listen', apollo.address], { LOG_LEVEL: 'silent' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/is in use by another server/);
    using client = createTestClient(apollo.address);
    expect(await client.info()).toMatchObject({ name: 'palette' });
  });

  test('a socket left by a server that died is taken over, for this user only', async () => {
    using folder = tempFolder();
    const path = join(folder.path, 's');
    const listen = `unix:${path}`;
    {
      await using killed = await startApolloProcess({ listen });
      killed.process.kill('SIGKILL');
      await once(killed.process, 'exit');
    }
    expect(existsSync(path)).toBe(true);
    await using apollo = await startApolloProcess({ listen });
    using client = createTestClient(apollo.address);
    expect(await client.info()).toMatchObject({ name: 'palette' });
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  test('a port in use is told in one line', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { code, stderr } = await runApollo(['--listen', `127.0.0.1:${port}`], { LOG_LEVEL: 'silent' });
    server.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`127.0.0.1:${port} cannot be served`);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('who may come in', () => {
  test('with a token, only who has it; health checks need none', async () => {
    await using apollo = await startApolloProcess({ env: { APOLLO_TOKEN: 'secret' } });
    using right = createTestClient(apollo.address, { token: 'secret' });
    expect(await right.info()).toMatchObject({ name: 'palette' });
    for (const token of [undefined, 'wrong', 'secret2']) {
      using wrong = createTestClient(apollo.address, token === undefined ? {} : { token });
      await expect(wrong.info()).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
      expect((await wrong.stream().status).code).toBe(status.UNAUTHENTICATED);
    }
    expect(apollo.stderr()).not.toContain('secret');
    using client = createTestClient(apollo.address);
    expect(await checkHealth(client.raw)).toBe('SERVING');
  });

  test('with a certificate, TLS on ports', async () => {
    using folder = tempFolder();
    const { cert, key } = makeCertificate();
    const files = { cert: join(folder.path, 'cert.pem'), key: join(folder.path, 'key.pem') };
    writeFileSync(files.cert, cert);
    writeFileSync(files.key, key);
    const args = ['--tls-cert', files.cert, '--tls-key', files.key];
    await using apollo = await startApolloProcess({ listen: 'localhost:0', args });
    using client = createTestClient(apollo.address, { credentials: credentials.createSsl(readFileSync(files.cert)) });
    expect(await client.info()).toMatchObject({ name: 'palette' });
    using plain = createTestClient(apollo.address);
    await expect(plain.info()).rejects.toMatchObject({ code: status.UNAVAILABLE });
  });

  test('a key that does not fit is told in one line', async () => {
    using folder = tempFolder();
    writeFileSync(join(folder.path, 'c'), 'no certificate');
    const args = ['--tls-cert', join(folder.path, 'c'), '--tls-key', join(folder.path, 'missing')];
    const { code, stderr } = await runApollo(['--listen', '127.0.0.1:0', ...args], { LOG_LEVEL: 'silent' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^--tls-cert .*missing/);
  });
});

describe('stopping', () => {
  test('SIGTERM asks streams to go, answers what was sent, and ends with 0', async () => {
    await using apollo = await startApolloProcess({ args: ['--children', '1'] });
    using client = createTestClient(apollo.address);
    const stream = client.stream();
    await stream.open(64);
    for (let id = 1; id <= 50; id++) stream.send(solidItem(id, RED));
    await stream.next(({ result }) => result);
    apollo.process.kill('SIGTERM');
    const flow = await stream.next((message) => (message.flow?.draining ? message.flow : undefined));
    expect(flow).toMatchObject({ max_in_flight: 0, draining: true });
    expect(flow.retry_delay_ms).toBeGreaterThan(0);
    await vi.waitFor(() => expect(stream.results).toHaveLength(50), 5000);
    await expect(client.info()).rejects.toMatchObject({ code: status.UNAVAILABLE });
    stream.call.end();
    expect((await stream.status).code).toBe(status.OK);
    expect(await once(apollo.process, 'exit')).toEqual([0, null]);
  });

  test('a stream that does not go is ended as UNAVAILABLE, within ten seconds in all', async () => {
    await using apollo = await startApolloProcess();
    using client = createTestClient(apollo.address);
    const stream = client.stream();
    await stream.open();
    apollo.process.kill('SIGTERM');
    expect((await stream.status).code).toBe(status.UNAVAILABLE);
    expect(await once(apollo.process, 'exit')).toEqual([0, null]);
  }, 15_000);

  test('with --stop-with-parent it ends when standard input closes, and leaves no child', async () => {
    await using apollo = await startApolloProcess({ args: ['--stop-with-parent'] });
    const children = await apollo.children();
    expect(children.length).toBeGreaterThanOrEqual(2);
    apollo.process.stdin?.end();
    expect(await once(apollo.process, 'exit')).toEqual([0, null]);
    expect(children.filter(isAlive)).toEqual([]);
  });

  test('children end with a server that is killed', async () => {
    await using apollo = await startApolloProcess();
    const children = await apollo.children();
    apollo.process.kill('SIGKILL');
    await vi.waitFor(() => expect(children.filter(isAlive)).toEqual([]), 5000);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** grpc.health.v1.Health/Check by hand: an empty request, and an answer whose field 1 is the status. */
function checkHealth(client: ReturnType<typeof createTestClient>['raw']): Promise<string> {
  return new Promise((resolve, reject) =>
    client.makeUnaryRequest<object, number>(
      '/grpc.health.v1.Health/Check',
      () => Buffer.alloc(0),
      (bytes) => bytes[1] ?? 0,
      {},
      new Metadata(),
      (error, value) => (error ? reject(error) : resolve(value === 1 ? 'SERVING' : `status ${value}`)),
    ),
  );
}
