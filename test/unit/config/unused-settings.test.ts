import { describeUnused, formats, loadConfig, setting, unusedSettings } from '../../../src/config';
import { createApp } from '../../../src/create-app';

const PLUGIN = { acme: { size: setting({ doc: 'A size.', format: formats.size, default: 0 }) } };

/** What is found without effect when these are set by flags, and why. */
function unused(...assignments: string[]): Record<string, string> {
  const argv = assignments.map((assignment) => `--set=${assignment}`);
  const found = unusedSettings(loadConfig({ configFile: false, argv, pluginSchemas: PLUGIN }));
  return Object.fromEntries(found.map(({ path, reason }) => [path, reason]));
}

const STANDALONE = 'Redis runs in standalone mode (decided by mode)';

describe('settings that have no effect', () => {
  it.each([
    'redis.url=redis://localhost',
    'redis.addr=localhost:6379',
    'redis.cluster_nodes=a:1,b:2',
    'redis.connect_timeout=2s',
    'redis.tls.enabled=true',
    'redis.tls.ca=ca.pem',
  ])('a server is not used in standalone mode: %s', (assignment) => {
    expect(unused('mode=standalone', assignment)).toEqual({ [assignment.split('=')[0] ?? '']: STANDALONE });
    expect(unused('mode=distributed', 'redis.tls.enabled=true', assignment)).toEqual({});
  });

  it('a password of a server is not that of the listener', () => {
    expect(unused('mode=standalone', 'redis.password=x')).toEqual({
      'redis.password': `${STANDALONE}; for clients of the listener set redis.standalone.listener.password`,
    });
  });

  it.each(['redis.standalone.databases=4', 'redis.standalone.persistence.enabled=true'])(
    'the engine is not used in distributed mode: %s',
    (assignment) => {
      const path = assignment.split('=')[0] ?? '';
      expect(unused(assignment)).toEqual({ [path]: 'Redis runs in distributed mode by default' });
      expect(unused('mode=standalone', 'redis.mode=distributed', assignment)).toEqual({
        [path]: 'Redis runs in distributed mode (decided by redis.mode)',
      });
      expect(unused('mode=distributed', 'redis.mode=standalone', assignment)).toEqual({});
    },
  );

  it('both modes know the database and the command timeout', () => {
    for (const mode of ['standalone', 'distributed'])
      expect(unused(`mode=${mode}`, 'redis.db=1', 'redis.command_timeout=1s')).toEqual({});
  });

  it('what is in a group needs its switch', () => {
    const groups = [
      ['redis.standalone.listener', 'port=6390', ' (respite start switches it on)'],
      ['redis.standalone.listener', 'password=x', ' (respite start switches it on)'],
      ['redis.standalone.persistence', 'data_dir=x', ' (respite start switches it on)'],
      ['redis.standalone.persistence', 'snapshot_on_shutdown=false', ' (respite start switches it on)'],
      ['metrics', 'port=9000', ''],
      ['metrics', 'token=x', ''],
    ] as const;
    for (const [group, assignment, hint] of groups) {
      const path = `${group}.${assignment.split('=')[0] ?? ''}`;
      const set = ['mode=standalone', `${group}.${assignment}`];
      expect(unused(...set)).toEqual({ [path]: `${group}.enabled is false${hint}` });
      expect(unused(...set, `${group}.enabled=true`)).toEqual({});
    }
  });

  it('certificates need TLS, which a rediss:// URL is', () => {
    expect(unused('redis.tls.ca=ca.pem')).toEqual({ 'redis.tls.ca': 'redis.tls.enabled is false' });
    expect(unused('redis.tls.ca=ca.pem', 'redis.url=rediss://localhost')).toEqual({});
  });

  it('a host is not used beside a unix socket', () => {
    const listener = ['enabled=true', 'path=/tmp/x', 'host=127.0.0.1'].map((set) => `redis.standalone.listener.${set}`);
    expect(Object.keys(unused('mode=standalone', ...listener))).toEqual(['redis.standalone.listener.host']);
  });

  it('providers have settings of their own', () => {
    const mock = ['mode=standalone', 'redis.provider=mock'];
    expect(Object.keys(unused(...mock, 'redis.standalone.databases=20', 'redis.db=1'))).toEqual([
      'redis.standalone.databases',
    ]);
    expect(unused('plugins.acme.size=1kb')).toEqual({ 'plugins.acme.size': 'redis.provider is not acme' });
    expect(unused('plugins.acme.size=1kb', 'redis.provider=acme', 'redis.url=redis://x')).toEqual({});
  });

  it('nobody expects anything of what asks for nothing', () => {
    expect(
      unused(
        'mode=standalone',
        'redis.password=',
        'redis.tls.enabled=false',
        'metrics.enabled=false',
        'metrics.token=',
      ),
    ).toEqual({});
  });

  it('is told with its source, and nothing of its value', () => {
    const env = { RESPITE_REDIS_PASSWORD: 'hunter2', RESPITE_MODE: 'standalone' };
    const told = unusedSettings(loadConfig({ configFile: false, env })).map(describeUnused);
    expect(told).toEqual([expect.stringMatching(/^redis\.password \(RESPITE_REDIS_PASSWORD\) has no effect: /)]);
    expect(told.join()).not.toContain('hunter2');
  });

  it('presets, which nobody wrote, are not told', () => {
    const presets = { label: 'respite start', values: { 'redis.standalone.listener.enabled': true } };
    expect(unusedSettings(loadConfig({ configFile: false, presets }))).toEqual([]);
  });

  it('is a warning when an application starts', async () => {
    const warned: unknown[] = [];
    const ignore = (): void => undefined;
    const logger = { debug: ignore, info: ignore, error: ignore, warn: (...line: unknown[]) => void warned.push(line) };
    const config = { mode: 'standalone', redis: { addr: 'cache:6379' } } as const;
    const app = createApp({ config, configFile: false, env: {}, logger });
    expect(warned).toEqual([]);
    await app.start();
    await app.stop();
    const source = 'createApp({ config })';
    expect(warned).toEqual([
      [
        { event: 'config_setting_unused', setting: 'redis.addr', source, mode: 'standalone' },
        `redis.addr (${source}) has no effect: ${STANDALONE}`,
      ],
    ]);
  });
});
