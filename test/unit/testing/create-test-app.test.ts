import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AppModule, CacheBackend, createToken, override } from '../../../src';
import { createTestApp } from '../../../src/testing';

describe('createTestApp', () => {
  it('gives every test a Redis of its own', async () => {
    await using one = await createTestApp().start();
    await using two = await createTestApp().start();
    await one.get(CacheBackend).client.set('key', 'one');
    expect(await two.get(CacheBackend).client.get('key')).toBeNull();
  });

  it('reads neither a file nor the environment, and writes nothing', async () => {
    const home = process.cwd();
    const directory = mkdtempSync(join(tmpdir(), 'respite-test-app-'));
    writeFileSync(join(directory, 'respite.yaml'), 'mode: distributed\n');
    process.env['RESPITE_MODE'] = 'distributed';
    process.chdir(directory);
    try {
      await using app = await createTestApp().start();
      expect(app.config.mode).toBe('standalone');
      await app.stop();
      expect(readdirSync(directory)).toEqual(['respite.yaml']);
    } finally {
      process.chdir(home);
      delete process.env['RESPITE_MODE'];
      rmSync(directory, { recursive: true });
    }
  });

  it('puts an override in the place of a value, or of a whole module that has a lifecycle', async () => {
    const log: string[] = [];
    const Clock = createToken<() => number>('test.Clock');
    const Mailer = createToken<string>('test.Mailer');
    const clock: AppModule = {
      name: 'clock',
      provides: [Clock],
      requires: [],
      bind: (binder) => {
        binder.bindValue(Clock, Date.now);
      },
    };
    const mailer: AppModule = {
      name: 'mailer',
      provides: [Mailer],
      requires: [Clock],
      onInit: ({ provide }) => {
        log.push('connected');
        provide(Mailer, 'real');
      },
    };
    const modules = [clock, mailer];
    await using app = await createTestApp({ modules, overrides: [override(Clock, () => 7)] }).start();
    expect(app.get(Clock)()).toBe(7);
    expect(app.get(Mailer)).toBe('real');

    await using other = await createTestApp({ modules, overrides: [override(Mailer, 'fake')] }).start();
    expect(other.get(Mailer)).toBe('fake');
    expect(log).toEqual(['connected']);
  });
});
