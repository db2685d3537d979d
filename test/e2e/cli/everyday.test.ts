import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { version } from '../../../package.json';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type CommandResult, expectGolden, runCommand, type RunningCommand, startCommand } from '../../support/cli';
import { Closing } from '../../support/closing';
import { freePort, startRedisServer } from '../../support/redis-server';

const closing = new Closing();
let home: string;
let cwd: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'respite-everyday-'));
  cwd = join(home, 'My shop');
  mkdirSync(cwd);
  closing.add(home, (path) => {
    rmSync(path, { recursive: true });
  });
});
afterEach(() => closing.all());

const environment = (): NodeJS.ProcessEnv => ({ XDG_DATA_HOME: join(home, 'data'), RESPITE_LOG_LEVEL: 'error' });
const run = (...args: string[]): Promise<CommandResult> => runCommand(args, { cwd, env: environment() });

function begin(args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningCommand {
  const command = startCommand(args, { cwd, env: { ...environment(), ...env } });
  return closing.add(command, ({ process: running, ended }) => {
    running.kill('SIGKILL');
    return ended;
  });
}

/** Where an instance is, when it serves. */
async function addressOf(command: RunningCommand): Promise<string> {
  const line = await command.line((text) => text.startsWith('REDIS_URL='));
  return line.slice('REDIS_URL='.length);
}

async function stop({ process: running, ended }: RunningCommand): Promise<CommandResult> {
  running.kill('SIGTERM');
  return ended;
}

const client = (url: string): Redis =>
  closing.add(new Redis(url, { retryStrategy: null }), (opened) => {
    if (opened.status !== 'end') opened.disconnect();
  });

const normalised = (output: string): string =>
  output
    .replace(`Respite ${version}`, 'Respite <version>')
    .replaceAll(home, '<home>')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>');

describe('respite without a command', () => {
  it("starts the instance of the folder's name, and finds its data and its port again", async () => {
    // Not any that is free, of which Redis' own is the first: somebody on this machine may need it.
    const first = begin(['--port', String(await freePort())]);
    const url = await addressOf(first);
    await client(url).set('greeting', 'hello');
    const { code, stdout, stderr } = await stop(first);
    expectGolden(join(__dirname, 'golden/instance.txt'), normalised(stdout));
    expect([code, stderr]).toEqual([0, '']);
    const second = begin(['--name', 'My-shop']);
    expect(await addressOf(second)).toBe(url);
    expect(await client(url).get('greeting')).toBe('hello');
    await stop(second);
  });

  it('is by itself beside another one, and is refused where its own data is in use', async () => {
    const url = await addressOf(begin(['--name', 'one', '--port', '0']));
    const other = begin(['--name', 'other', '--json', '--port', '0']);
    const facts = JSON.parse(await other.line((line) => line.startsWith('{'))) as Record<string, unknown>; // its own words
    expect(facts).toMatchObject({ event: 'ready', name: 'other', dataDir: join(home, 'data/respite/other') });
    expect(facts['url']).not.toBe(url);
    const again = await run('--name', 'one');
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('(SNAPSHOT_LOCKED)')]);
  });

  it('keeps nothing with --memory, is where its options say, and shows no password', async () => {
    const port = String(await freePort());
    const command = begin(['--memory', '--port', port, '--password', 'hunter2']);
    expect(await addressOf(command)).toBe(`redis://:<password>@127.0.0.1:${port}`);
    expect(await client(`redis://:hunter2@127.0.0.1:${port}`).set('a', '1')).toBe('OK');
    const { stdout } = await stop(command);
    expect(stdout).toContain('in memory only');
    expect(stdout).not.toContain('hunter2');
  });

  it('is standalone whatever folder it is started in, and takes settings of its own', async () => {
    writeFileSync(join(cwd, 'respite.yaml'), 'mode: distributed\nredis: { addr: "127.0.0.1:1" }\n');
    const args = ['--data-dir', './kept', '--port', '0', '--set', 'redis.standalone.databases=3'];
    const command = begin(args, { RESPITE_MODE: 'distributed', RESPITE_REDIS_MODE: 'distributed' });
    const url = await addressOf(command);
    expect(await client(url).config('GET', 'databases')).toEqual(['databases', '3']);
    const { stdout } = await stop(command);
    expect(stdout).toContain(join(cwd, 'kept'));
  });

  it.each([
    [['statr'], "error: unknown command 'statr'"],
    [['--name', '../elsewhere'], 'is invalid. Write up to 64 letters'],
    [['--memory', '--data-dir', 'x'], "'--memory' cannot be used with"],
    [['--port', 'http'], 'redis.standalone.listener.port = "http" (--port) is not a whole number'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await run(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('respite ping', () => {
  it('asks the process that uses a data directory, by its private socket, whatever its password', async () => {
    const command = begin(['--name', 'shop', '--port', '0', '--password', 'hunter2']);
    await addressOf(command);
    const { code, stdout } = await run('ping', '--name', 'shop', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      ok: true,
      via: 'private socket',
      where: expect.stringMatching(/redis$/),
      pid: command.process.pid,
      latencyMs: expect.any(Number),
    });
    const byDirectory = await run('ping', '--data-dir', join(home, 'data/respite/shop'));
    expect([byDirectory.code, byDirectory.stdout]).toEqual([
      0,
      expect.stringMatching(/^Process \d+ at .* answered within/),
    ]);
    await stop(command);
    const gone = await run('ping', '--name', 'shop');
    expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining('(PING_FAILED)')]);
  });

  it('asks the listener where there is no data directory, with its password', async () => {
    const port = String(await freePort());
    writeFileSync(
      join(cwd, 'respite.yaml'),
      `mode: standalone\nredis: { standalone: { listener: { enabled: true, port: ${port} }, persistence: { enabled: false } } }\n`,
    );
    const password = { RESPITE_REDIS_STANDALONE_LISTENER_PASSWORD: 'hunter2' };
    const command = begin(['start'], password);
    await command.line((line) => line.startsWith('Ctrl-C'));
    const ping = (env: NodeJS.ProcessEnv): Promise<CommandResult> =>
      runCommand(['ping'], { cwd, env: { ...environment(), ...env } });
    expect(await ping(password)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`The listener at 127.0.0.1:${port}`),
    });
    expect(await ping({})).toMatchObject({ code: 1, stderr: expect.stringContaining('NOAUTH') });
    await stop(command);
    expect(await ping(password)).toMatchObject({ code: 1, stderr: expect.stringContaining('ECONNREFUSED') });
  });

  it('asks a server, the one that is configured or any by its URL', async () => {
    const server = closing.add(await startRedisServer({ args: ['--requirepass', 'secret'] }), (running) =>
      running.stop(),
    );
    const at = `127.0.0.1:${String(server.port)}`;
    expect(await run('ping', '--url', `redis://:secret@${at}`)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^The server at redis:\/\/:\*\*\*@127/),
    });
    expect(await run('ping', '--url', `redis://${at}`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('(REDIS_AUTH_FAILED)'),
    });
    const configured = { RESPITE_MODE: 'distributed', RESPITE_REDIS_ADDR: at, RESPITE_REDIS_PASSWORD: 'secret' };
    expect((await runCommand(['ping'], { cwd, env: configured })).code).toBe(0);
    process.kill(server.pid, 'SIGSTOP');
    const silent = await run('ping', '--url', `redis://:secret@${at}`, '--timeout', '300ms', '--json');
    process.kill(server.pid, 'SIGCONT');
    expect(silent.code).toBe(1);
    expect(JSON.parse(silent.stdout)).toMatchObject({
      error: { code: expect.stringMatching(/PING_FAILED|REDIS_UNREACHABLE/) },
    });
  });

  it('waits no longer than it may for a process that has stopped answering', async () => {
    const command = begin(['--name', 'shop', '--port', '0']);
    await addressOf(command);
    command.process.kill('SIGSTOP');
    const { code, stderr } = await run('ping', '--name', 'shop', '--timeout', '300ms');
    expect([code, stderr]).toEqual([1, expect.stringContaining('Nothing was answered within 300ms')]);
    command.process.kill('SIGCONT');
  });

  it.each([
    [['--url', 'http://localhost'], 'begins with another scheme'],
    [['--set', 'nonsense=1'], 'nonsense'],
    [['--standalone'], '(SNAPSHOT_DIR_MISSING)'],
    [['--standalone', '--set', 'redis.standalone.persistence.enabled=false', '--port=0'], "unknown option '--port=0'"],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, stderr } = await run('ping', ...args);
    expect(stderr).toContain(message);
    expect(code).toBe(message.startsWith('unknown option') ? 2 : 1);
  });
});

describe('respite init', () => {
  const text = (file: string): string => readFileSync(join(cwd, file), 'utf8');

  it('writes what is missing, and leaves what is there', async () => {
    const first = await run('init');
    expectGolden(
      join(__dirname, 'golden/init.txt'),
      `${first.stdout}---\n${text('respite.yaml')}---\n${text('.gitignore')}---\n${text('.env')}`,
    );
    expect(first.code).toBe(0);
    expect((await run('config', 'validate')).stdout).toContain('The configuration is valid');
    const before = ['respite.yaml', '.gitignore', '.env'].map(text);
    const second = await run('init', '--json');
    const { files } = JSON.parse(second.stdout) as { files: { did: string }[] }; // its own words
    expect(files.map(({ did }) => did)).toEqual(Array(3).fill('left as it is'));
    expect(['respite.yaml', '.gitignore', '.env'].map(text)).toEqual(before);
  });

  it('adds to files that are there, whether or not they end with a line, and overwrites nothing', async () => {
    writeFileSync(join(cwd, 'respite.yaml'), 'mode: distributed\n');
    writeFileSync(join(cwd, '.gitignore'), 'node_modules');
    writeFileSync(join(cwd, '.env'), 'export REDIS_URL=redis://elsewhere\n');
    expect((await run('init')).stdout).toContain('.gitignore: added to /respite-data*/\n');
    expect(text('respite.yaml')).toBe('mode: distributed\n');
    expect(text('.gitignore')).toBe('node_modules\n/respite-data*/\n');
    expect(text('.env')).toBe('export REDIS_URL=redis://elsewhere\n');
  });

  it('says which file could not be written', async () => {
    mkdirSync(join(cwd, '.env'));
    const { code, stderr } = await run('init');
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^\.env cannot be written here: EISDIR.*\n\(INIT_FAILED\)/),
    ]);
  });
});
