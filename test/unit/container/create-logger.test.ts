import { readFileSync } from 'node:fs';
import { loadConfig } from '../../../src/config';
import { createLogger } from '../../../src/container/create-logger';

/** What a logger with these settings writes when everything is logged once. */
function linesOf(settings: Record<string, string>, isTTY = false): string[] {
  const lines: string[] = [];
  const argv = Object.entries(settings).flatMap(([name, value]) => ['--set', `log.${name}=${value}`]);
  const { config } = loadConfig({ configFile: false, argv });
  const logger = createLogger(config.log, { isTTY, write: (line) => lines.push(line) });
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

  it('writes text for people on a terminal', () => {
    const [info, warn, error] = linesOf({}, true);
    expect(info).toBe('info  respite: redis is standalone mode="standalone"\n');
    expect(warn).toBe('warn  respite: slow\n');
    expect(error).toMatch(/^error respite: it failed\nError: no room\n {4}at /);
  });

  it('writes what log.level and log.format say', () => {
    expect(linesOf({ level: 'debug' })).toHaveLength(4);
    expect(linesOf({ level: 'error' })).toHaveLength(1);
    expect(linesOf({ level: 'silent' })).toEqual([]);
    expect(linesOf({ format: 'text' })[0]).toMatch(/^info {2}respite/);
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
