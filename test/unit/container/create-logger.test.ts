import { readFileSync } from 'node:fs';
import { loadConfig } from '../../../src/config';
import { createLogger } from '../../../src/container/create-logger';

/** What a logger with these settings writes when everything is logged once. */
function linesOf(settings: Record<string, string>, isTTY = false, env: NodeJS.ProcessEnv = {}): string[] {
  const lines: string[] = [];
  const argv = Object.entries(settings).flatMap(([name, value]) => ['--set', `log.${name}=${value}`]);
  const { config } = loadConfig({ configFile: false, argv });
  const logger = createLogger(config.log, { isTTY, write: (line) => lines.push(line) }, env);
  logger.debug('details');
  logger.info({ event: 'cache_ready', mode: 'standalone' }, 'redis is standalone');
  logger.warn({ event: 'slow' });
  logger.error({ event: 'failed', err: new Error('no room') }, 'it failed');
  return lines;
}

describe('the logger of applications that bring none', () => {
  it("writes JSON in pino's shape when nobody watches", () => {
    const lines = linesOf({}).map((line) => JSON.parse(line) as Record<string, unknown>); // JSON objects, as tested here
    expect(lines).toEqual([
      {
        level: 30,
        time: expect.any(Number),
        name: 'respite',
        event: 'cache_ready',
        mode: 'standalone',
        msg: 'redis is standalone',
      },
      { level: 40, time: expect.any(Number), name: 'respite', event: 'slow', msg: '' },
      {
        level: 50,
        time: expect.any(Number),
        name: 'respite',
        event: 'failed',
        err: { type: 'Error', message: 'no room', stack: expect.stringContaining('no room') },
        msg: 'it failed',
      },
    ]);
  });

  it('writes text for people on a terminal, with the time of day', () => {
    const [info, warn, error] = linesOf({}, true, { NO_COLOR: '1' });
    expect(info).toMatch(/^\d\d:\d\d:\d\d\.\d{3} info {2}redis is standalone\n$/);
    expect(warn).toMatch(/^[\d:.]+ warn {2}slow\n$/);
    expect(error).toMatch(/^[\d:.]+ error it failed\nError: no room\n {4}at /);
  });

  it('writes the date too where text is kept', () => {
    expect(linesOf({ format: 'text' })[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z info {2}redis is standalone\n$/);
  });

  it.each<[string, boolean, NodeJS.ProcessEnv, boolean]>([
    ['a terminal', true, {}, true],
    ['a terminal with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['a terminal with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['a terminal that knows none', true, { TERM: 'dumb' }, false],
    ['a file', false, {}, false],
    ['a file with FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
    ['a terminal with FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, false],
    ['a terminal with both', true, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ])('colours: %s', (_where, isTTY, env, coloured) => {
    const lines = linesOf({ format: 'text' }, isTTY, env);
    expect(lines.map((line) => line.includes('\x1b['))).toEqual(lines.map(() => coloured));
    // Machines read what has none, whatever the environment says.
    expect(linesOf({ format: 'json' }, isTTY, env).join('')).not.toContain('\x1b[');
  });

  it.each<[Record<string, unknown>, string, string]>([
    [{ event: 'snapshot_written', written: 1, keys: 1, durationMs: 81.4 }, 'written: 1 record', 'keys=1 duration=81ms'],
    [{ written: 1, keys: 16 }, 'written: 16 records', 'written=1'],
    [{ reason: 'read ECONNRESET', node: 'a:1' }, 'connection to Redis: read ECONNRESET', 'node=a:1'],
    [{ path: '/data/x y', missing: undefined }, 'moved', 'path="/data/x y"'],
    [{ durationMs: 1500 }, 'busy for 1500 ms', ''],
    [{ topics: ['a', 'b'], wanted: false }, 'slow', 'topics=["a","b"] wanted=false'],
  ])('tells nothing twice, and durations in whole milliseconds: %j', (fields, message, details) => {
    const lines: string[] = [];
    const { config } = loadConfig({ configFile: false, argv: ['--set', 'log.format=text'] });
    createLogger(config.log, { write: (line) => lines.push(line) }, {}).info(fields, message);
    expect(lines.map((line) => line.slice(line.indexOf('info')))).toEqual([
      `info  ${[message, details].filter(Boolean).join(' ')}\n`,
    ]);
  });

  it('writes what log.level and log.format say', () => {
    expect(linesOf({ level: 'debug' })).toHaveLength(4);
    expect(linesOf({ level: 'error' })).toHaveLength(1);
    expect(linesOf({ level: 'silent' })).toEqual([]);
    expect(linesOf({ format: 'json' }, true)[0]).toMatch(/^\{"level":30/);
  });

  it("tells the stack of Node's own errors, which are of another realm inside Jest", () => {
    const lines: string[] = [];
    const { config } = loadConfig({ configFile: false });
    const logger = createLogger(config.log, { write: (line) => lines.push(line) });
    try {
      readFileSync('/no/such/file');
    } catch (err) {
      expect(err).not.toBeInstanceOf(Error);
      logger.error({ event: 'failed', err });
    }
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      err: {
        type: 'Error',
        message: expect.stringContaining('ENOENT'),
        stack: expect.stringContaining('readFileSync'),
      },
    });
  });
});
