import { type ConfigInput, type ConfigSources, ConfigError, loadConfig, type LoadedConfig } from '../config';

/** A server, sentinels, or a Redis Cluster, as a command names them. */
interface ServerUrl {
  readonly kind: 'server' | 'sentinel' | 'cluster';
  readonly tls: boolean;
  readonly username: string;
  readonly password: string;
  readonly hosts: readonly string[];
  /** What stands between the hosts and the database: the name of the master, of sentinels. */
  readonly master: string;
  readonly db: number | undefined;
}

const FORMS =
  'redis://[user:password@]host[:port][/db], redis-sentinel://host[:port],.../master[/db] or redis-cluster://host:port,... (rediss for TLS)';

/** Nothing is served or kept: the application is there for its connections. */
const QUIET = { metrics: { enabled: false }, log: { level: 'error' } } as const;

/**
 * The settings of an application on the server of a URL; TLS, timeouts and what the URL does not say of the login are those of the
 * application's own settings. Without a URL they are all its own.
 * @throws ConfigError `CONFIG_INVALID`
 */
export function serverSettings(sources: ConfigSources, url: string | undefined): LoadedConfig {
  const base: ConfigInput = { mode: 'distributed', ...QUIET };
  if (url === undefined)
    return loadConfig({ ...sources, config: { ...base, redis: { mode: 'distributed', provider: '' } } });
  const { redis: own } = loadConfig(sources).config;
  const { kind, tls, hosts, master, username, password } = parseServerUrl(url);
  const login = password === '' ? own : { username, password };
  const { ca, cert, key, server_name: name, enabled } = own.tls;
  const files = Object.entries({ ca, cert, key, server_name: name }).filter(([, value]) => value !== '');
  const redis: NonNullable<ConfigInput['redis']> = {
    mode: 'distributed',
    ...(kind === 'server' && { addr: hosts[0] ?? '' }),
    ...(kind === 'cluster' && { cluster_nodes: hosts }),
    ...(kind === 'sentinel' && { sentinels: hosts, sentinel_name: master, ...sentinelLogin(own) }),
    ...(login.password !== '' && { password: login.password }),
    ...(login.password !== '' && login.username !== '' && { username: login.username }),
    tls: { enabled: tls || enabled, ...Object.fromEntries(files) },
    connect_timeout: `${String(own.connect_timeout)}ms`,
  };
  return loadConfig({ configFile: false, env: {}, config: { ...base, redis } });
}

/** The database that a URL names. */
export function databaseOf(url: string | undefined): number | undefined {
  return url === undefined ? undefined : parseServerUrl(url).db;
}

function sentinelLogin({ sentinel_username: user, sentinel_password: password }: LoadedConfig['config']['redis']) {
  return {
    ...(user !== '' && { sentinel_username: user }),
    ...(password !== '' && { sentinel_password: password }),
  };
}

function parseServerUrl(url: string): ServerUrl {
  const match = /^redis(s?)(?:-(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^@/]+)((?:\/[^/]*)*)$/.exec(url);
  if (match === null) throw invalid();
  const [, secure, form, login = '', hosts = '', path = ''] = match;
  const addresses = hosts.split(',').map((host) => (form === 'sentinel' || /:\d+$/.test(host) ? host : `${host}:6379`));
  const kind = form === 'sentinel' ? form : form === 'cluster' || addresses.length > 1 ? 'cluster' : 'server';
  const segments = path.split('/').slice(1).filter(Boolean);
  const master = kind === 'sentinel' ? (segments.shift() ?? '') : '';
  const [db, ...rest] = segments;
  if (rest.length > 0 || (kind === 'sentinel' && master === '')) throw invalid();
  if (db !== undefined && !/^\d{1,5}$/.test(db)) throw invalid();
  const [username = '', ...password] = login.split(':');
  return {
    kind,
    tls: secure === 's',
    username: decoded(username),
    password: decoded(password.join(':')),
    hosts: addresses,
    master,
    db: db === undefined ? undefined : Number(db),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid();
  }
}

/** Without the URL: there may be a password in it. */
function invalid(): ConfigError {
  const problem = 'names no server';
  return new ConfigError([
    { code: 'CONFIG_INVALID', path: 'the URL', value: '', source: 'command', problem, remedy: `write ${FORMS}` },
  ]);
}
