import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConfigError,
  type ConfigProblem,
  type ConfigSources,
  listSettings,
  loadConfig,
  schema,
  variableOf,
} from '../../../src/config';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'respite-config-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const file = (name: string, content: string): string => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};

const load = (from: ConfigSources): ReturnType<typeof loadConfig> => loadConfig({ configFile: false, ...from });

function listProblems(from: ConfigSources): readonly ConfigProblem[] {
  try {
    load(from);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

function problemsOf(from: ConfigSources): readonly ConfigProblem[] {
  const problems = listProblems(from);
  if (problems.length === 0) throw new Error('the configuration was accepted');
  return problems;
}

describe('FR-6: where settings come from', () => {
  it('file outranks defaults, environment the file, flags the environment, code all of them', () => {
    const configFile = file(
      'rank.yaml',
      'redis: { db: 1, username: u, password: file, connect_timeout: 1s, addr: "file:1" }',
    );
    const env = { RESPITE_REDIS_DB: '2', RESPITE_REDIS_PASSWORD: 'env', RESPITE_REDIS_CONNECT_TIMEOUT: '2s' };
    const argv = ['--set', 'redis.db=3', '--set', 'redis.password=flag=1'];
    const { config, sources } = load({ configFile, env, argv, config: { redis: { db: 4 } } });
    expect(config.redis).toMatchObject({ db: 4, password: 'flag=1', connect_timeout: 2000, addr: 'file:1' });
    expect(config.redis.command_timeout).toBe(0);
    const labels = ['db', 'password', 'connect_timeout', 'addr', 'url'].map(
      (name) => sources.get(`redis.${name}`)?.label,
    );
    expect(labels).toEqual([
      'createApp({ config })',
      '--set redis.password',
      'RESPITE_REDIS_CONNECT_TIMEOUT',
      'rank.yaml',
      'default',
    ]);
  });

  it('presets rank between the defaults and the file', () => {
    const presets = { label: 'a command', values: { 'redis.db': 1, 'redis.connect_timeout': '1s' } };
    const { config, sources } = load({ presets, env: { RESPITE_REDIS_DB: '2' } });
    expect(config.redis).toMatchObject({ db: 2, connect_timeout: 1000 });
    expect(sources.get('redis.connect_timeout')).toEqual({ kind: 'preset', label: 'a command' });
  });

  it('reads durations as milliseconds and sizes as bytes', () => {
    const { config } = load({
      config: { redis: { standalone: { max_memory: '64mb', persistence: { snapshot_interval: '250ms' } } } },
    });
    expect(config.redis.standalone.max_memory).toBe(67_108_864);
    expect(config.redis.standalone.persistence.snapshot_interval).toBe(250);
  });

  it('reads JSON files, empty files and groups with nothing in them', () => {
    expect(load({ configFile: file('c.json', '{ "mode": "standalone" }') }).config.mode).toBe('standalone');
    expect(load({ configFile: file('empty.yaml', '# nothing yet\n') }).config.mode).toBe('');
    expect(load({ configFile: file('group.yaml', 'redis:\n  # addr: localhost:6379\n') }).config.redis.db).toBe(0);
  });

  it('finds the file that RESPITE_CONFIG or --config names; the flag wins', () => {
    const one = file('one.yaml', 'redis: { db: 1 }');
    const two = file('two.yaml', 'redis: { db: 2 }');
    expect(loadConfig({ env: { RESPITE_CONFIG: one } }).config.redis.db).toBe(1);
    expect(loadConfig({ env: { RESPITE_CONFIG: one }, argv: ['--config', two] })).toMatchObject({
      file: two,
      config: { redis: { db: 2 } },
    });
  });

  it('takes --mode and --standalone', () => {
    expect(load({ argv: ['--mode', 'distributed'] }).config.mode).toBe('distributed');
    const { config, sources } = load({ argv: ['--standalone'], env: { RESPITE_MODE: 'distributed' } });
    expect([config.mode, sources.get('mode')?.label]).toEqual(['standalone', '--standalone']);
  });

  it('is frozen through and through', () => {
    const { config } = load({});
    expect(Object.isFrozen(config.redis.standalone.listener)).toBe(true);
  });

  it('gives every setting a variable of its own', () => {
    const variables = listSettings(schema).map(({ path }) => variableOf(path));
    expect(new Set(variables).size).toBe(variables.length);
    expect(variables).toContain('RESPITE_REDIS_STANDALONE_PERSISTENCE_DATA_DIR');
  });

  it('ignores the variables of a Kubernetes service that is named "respite"', () => {
    const env = {
      RESPITE_PORT: 'tcp://10.0.0.1:6379',
      RESPITE_PORT_6379_TCP_ADDR: '10.0.0.1',
      RESPITE_SERVICE_HOST: '10.0.0.1',
      RESPITE_REDIS_SERVICE_PORT: '6379',
    };
    expect(load({ env }).config.redis.addr).toBe('localhost:6379');
  });
});

describe('a wrong configuration', () => {
  it('is told in one report: each problem with its path, value, source and what to write', () => {
    const configFile = file('wrong.yaml', 'mode: standalon\nredis:\n  db: many\n  conect_timeout: 5s\n');
    const env = { RESPITE_REDIS_STANDALONE_MAX_MEMORY: 'lots', RESPITE_REDSI_ADDR: 'x' };
    const error = ((): unknown => {
      try {
        return load({ configFile, env, argv: ['--set', 'redis.tls.enabled=maybe'] });
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    expect((error as Error).message).toBe(`The configuration has 6 problems:
- mode = "standalon" (wrong.yaml) is not one of the possible values: write one of: nothing (""), standalone, distributed
- redis.db = "many" (wrong.yaml) is not a whole number: write a whole number from 0 to 16383
- redis.conect_timeout (wrong.yaml) is not a setting: did you mean redis.connect_timeout?
- redis.standalone.max_memory = "lots" (RESPITE_REDIS_STANDALONE_MAX_MEMORY) is not a size: write a size such as 64kb, 512mb or 1gb
- RESPITE_REDSI_ADDR (RESPITE_REDSI_ADDR) is not a setting: did you mean RESPITE_REDIS_ADDR?
- redis.tls.enabled = "maybe" (--set redis.tls.enabled) is neither true nor false: write true or false`);
  });

  it.each([
    [
      { addr: 'a:1', url: 'redis://b' },
      'redis.addr',
      'keep one of redis.url (createApp({ config })) and redis.addr (createApp({ config }))',
    ],
    [{ url: '' }, 'redis.url', 'remove it, or name a server such as localhost:6379'],
    [{ addr: '' }, 'redis.addr', 'remove it, or name a server such as localhost:6379'],
    [{ username: 'u' }, 'redis.username', 'set redis.password too'],
    [{ url: 'redis://u:p@h', password: 'q' }, 'redis.password', 'keep one of them'],
    [{ url: 'redis://h/1', db: 2 }, 'redis.db', 'keep one of them'],
    [{ sentinels: ['a:1'] }, 'redis.sentinels', 'set redis.sentinel_name too'],
    [{ sentinel_name: 'main' }, 'redis.sentinel_name', 'set redis.sentinels too'],
    [{ sentinel_password: 'p' }, 'redis.sentinel_password', 'set redis.sentinels too'],
    [
      { sentinels: ['a:1'], sentinel_name: 'main', sentinel_username: 'u' },
      'redis.sentinel_username',
      'set redis.sentinel_password too',
    ],
    [{ cluster_nodes: ['a:1'], db: 1 }, 'redis.db', 'write 0: a Redis Cluster has no other database'],
    [
      { cluster_nodes: ['a:1'], sentinels: ['b:1'], sentinel_name: 'main' },
      'redis.cluster_nodes',
      'keep one of redis.sentinels (createApp({ config })) and redis.cluster_nodes (createApp({ config }))',
    ],
    [{ cluster_nodes: [] }, 'redis.cluster_nodes', 'remove it, or name a server such as localhost:6379'],
    [{ tls: { cert: 'c.pem' } }, 'redis.tls.cert', 'set redis.tls.key too'],
    [{ tls: { key: 'k.pem' } }, 'redis.tls.key', 'set redis.tls.cert too'],
    [{ mode: 'standalone', db: 16 }, 'redis.db', 'write a number below redis.standalone.databases (16)'],
    [
      { mode: 'standalone', standalone: { listener: { enabled: true, host: '0.0.0.0' } } },
      'redis.standalone.listener.host',
      'write 127.0.0.1, or set redis.standalone.listener.password',
    ],
    [
      { mode: 'standalone', standalone: { listener: { enabled: true, path: '/tmp/s', port: 1 } } },
      'redis.standalone.listener.port',
      'keep one of port and path',
    ],
  ] as const)('NFR-5: refuses the combination %j', (redis, path, remedy) => {
    expect(problemsOf({ config: { redis } })).toEqual([expect.objectContaining({ path, remedy })]);
  });

  it('allows what only looks like such a combination', () => {
    const listener = { enabled: true, host: '0.0.0.0', password: 'p' };
    expect(load({ config: { mode: 'standalone', redis: { standalone: { listener } } } }).config.mode).toBe(
      'standalone',
    );
    expect(load({ config: { redis: { db: 16 } } }).config.redis.db).toBe(16);
    expect(load({ config: { redis: { cluster_nodes: ['a', '[::1]:7001'], db: 0 } } }).config.redis.db).toBe(0);
    expect(load({ config: { redis: { url: 'rediss://h:1', db: 3, password: 'p' } } }).config.redis.db).toBe(3);
  });

  it('takes an encryption key of 32 bytes, and refuses another and a second way to name one', () => {
    const withKey = (persistence: object) => ({
      config: { mode: 'standalone' as const, redis: { standalone: { persistence } } },
    });
    const path = 'redis.standalone.persistence.encryption_key';
    for (const encryption_key of ['', 'aB'.repeat(32), `${'A'.repeat(42)}E=`])
      expect(load(withKey({ encryption_key })).config.redis.standalone.persistence.encryption_key).toBe(encryption_key);
    for (const encryption_key of ['k', 'a'.repeat(63), `${'A'.repeat(42)}B=`, 7])
      expect(problemsOf(withKey({ encryption_key }))).toEqual([
        expect.objectContaining({ path, code: 'CONFIG_INVALID' }),
      ]);
    const both = { encryption_key: 'aB'.repeat(32), encryption_key_file: '/key' };
    expect(problemsOf(withKey(both))).toEqual([expect.objectContaining({ path: `${path}_file` })]);
  });

  it.each([
    ['mcpproxy.url', { mcpproxy: { url: 'ftp://h' } }, 'begins with another scheme'],
    ['mcpproxy.url', { mcpproxy: { url: 'somewhere' } }, 'is not a URL'],
    ['temporal.tls.cert', { temporal: { tls: { cert: 'c.pem' } } }, 'is half of a pair'],
    ['temporal.host_port', { temporal: { host_port: 'h:99999' } }, 'has a port outside 1..65535'],
  ] as const)('refuses %s: %j', (path, config, problem) => {
    expect(problemsOf({ config })).toEqual([expect.objectContaining({ path, problem })]);
  });

  it('says it is not supported only when that is all that is wrong', () => {
    const config = { redis: { db: -1, standalone: { persistence: { generations: 2 } } } };
    expect(() => load({ config })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  it.each([
    ['a value in the place of a group', 'redis: localhost\n', 'redis', 'is text, not a group of settings'],
    ['a group in the place of a value', 'mode: { name: standalone }\n', 'mode', 'is not one of the possible values'],
    ['nothing where a value belongs', 'redis: { addr: }\n', 'redis.addr', 'is empty'],
    ['a right name in the wrong place', 'addr: localhost\n', 'addr', 'is not a setting'],
    ['a name JavaScript has plans with', '"__proto__": { polluted: yes }\n', '__proto__', 'is not a setting'],
    ['another such name', 'constructor: { prototype: 1 }\n', 'constructor', 'is not a setting'],
  ])('tells %s', (_, yaml, path, problem) => {
    expect(problemsOf({ configFile: file('shape.yaml', yaml) })).toEqual([expect.objectContaining({ path, problem })]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each([
    [['--st', 'x'], "Unknown option '--st'"],
    [['standalone'], "Unexpected argument 'standalone'"],
    [['--mode'], "Option '--mode <value>' argument missing"],
  ])('tells flags it does not know: %j', (argv, problem) => {
    expect(problemsOf({ argv })).toEqual([expect.objectContaining({ path: 'flags', source: 'argv', problem })]);
  });

  it('knows the place of a setting that was written elsewhere', () => {
    expect(problemsOf({ argv: ['--set', 'snapshot_interval=1s'] })[0]?.remedy).toBe(
      'did you mean redis.standalone.persistence.snapshot_interval?',
    );
  });

  it.each([
    ['a file that is not there', 'missing.yaml', undefined, 'ENOENT'],
    ['YAML that is not', 'bad.yaml', 'redis: { password: "hunter2\n', 'bad.yaml cannot be read'],
    ['JSON that is not', 'bad.json', '{ "redis": { "password": hunter2 } }', 'bad.json cannot be read'],
    ['a list', 'list.yaml', '- hunter2\n', 'must hold settings by name'],
    ['the same key twice', 'twice.yaml', 'mode: standalone\nmode: hunter2\n', 'unique'],
  ])('is CONFIG_FILE_UNREADABLE for %s, and shows nothing of the content', (_, name, content, message) => {
    const configFile = content === undefined ? join(directory, name) : file(name, content);
    const thrown = ((): unknown => {
      try {
        return load({ configFile });
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toMatchObject({ code: 'CONFIG_FILE_UNREADABLE', message: expect.stringContaining(message) });
    expect((thrown as Error).message).not.toContain('hunter2');
  });
});

describe('NFR-5: secrets', () => {
  const SECRET = 'hunter2';

  it.each([
    ['a URL with an impossible path', { redis: { url: `redis://u:${SECRET}@h/x` } }],
    ['a URL with another scheme', { redis: { url: `http://u:${SECRET}@h` } }],
    ['a URL without a scheme', { redis: { url: `u:${SECRET}@h` } }],
    ['a URL that is none', { redis: { url: `redis//u:${SECRET}@h` } }],
    ['a URL with a secret in its query', { redis: { url: `redis://h/x?password=${SECRET}` } }],
    ['two servers', { redis: { url: `redis://u:${SECRET}@h`, addr: 'h:1' } }],
    ['a password given twice', { redis: { url: 'redis://u:p@h', password: SECRET } }],
    ['a misspelt setting', { redis: { pasword: SECRET } }],
    ['a value in the place of a group', { redis: `redis://u:${SECRET}@h` }],
    ['a group in the place of a secret', { redis: { password: { value: SECRET } } }],
    ['a list in the place of a secret', { redis: { password: [SECRET] } }],
    ['a URL in the place of an address', { redis: { addr: `redis://u:${SECRET}@h:6379` } }],
    ['a login before an address', { redis: { addr: `u:${SECRET}@h:6379` } }],
    ['a login whose host was forgotten', { redis: { addr: `redis://:${SECRET}` } }],
    ['a login among sentinels', { redis: { sentinels: ['h:1', `u:${SECRET}@h`], sentinel_name: 'm' } }],
    ['logins in a list written as text', { redis: { cluster_nodes: `h:1,redis://:a,${SECRET}@h` } }],
    ['a query behind an address', { redis: { addr: `h?password=${SECRET}` } }],
    ['a URL in the place of a mode', { mode: `redis://u:${SECRET}@h` }],
    ['a URL in the place of a port', { metrics: { port: `redis://u:${SECRET}@h` } }],
    ['a key that is none', { redis: { standalone: { persistence: { encryption_key: SECRET } } } }],
  ])('do not show in the report about %s', (_, config) => {
    // These are what somebody may write by mistake; the types would not let them.
    const problems = problemsOf({ config: config as NonNullable<ConfigSources['config']> });
    expect(JSON.stringify(problems)).not.toContain(SECRET);
    expect(new ConfigError(problems).message).not.toContain(SECRET);
  });

  it('do not show in the report about a flag without its equals sign', () => {
    const problems = problemsOf({ argv: ['--set', `redis.addr redis://u:${SECRET}@h`] });
    expect(JSON.stringify(problems)).not.toContain(SECRET);
  });
});

describe('a value that is refused', () => {
  it.each([
    ['redis: { connect_timeout: 10 }', 'redis.connect_timeout = 10 (written.yaml) has no unit'],
    ["redis: { connect_timeout: '10' }", 'redis.connect_timeout = "10" (written.yaml) has no unit'],
    ['redis: { connect_timeout: 1.5 }', 'redis.connect_timeout = 1.5 (written.yaml) has no unit'],
    [
      'redis: { standalone: { max_memory: -2048 } }',
      'redis.standalone.max_memory = -2048 (written.yaml) is not a size',
    ],
    ['redis: { password: 4711 }', 'redis.password = "***" (written.yaml) is a number, not text'],
  ])('is shown as it was written: %s', (content, message) => {
    expect(() => load({ configFile: file('written.yaml', content) })).toThrow(message);
  });
});
