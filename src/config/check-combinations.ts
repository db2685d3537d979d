import type { CheckedValue } from './check-values';
import type { Config } from './config';
import type { ConfigProblem } from './config-error';
import { isLoopback } from './loopback';
import { redact } from './redact';
import { resolveMode } from './resolve-mode';

type Values = ReadonlyMap<string, CheckedValue>;

/** Settings that name the server; at most one kind may be used. */
const SERVER_SETTINGS = ['redis.url', 'redis.addr', 'redis.sentinels', 'redis.cluster_nodes'] as const;

/** Settings that mean nothing without sentinels. */
const SENTINEL_SETTINGS = ['redis.sentinel_name', 'redis.sentinel_username', 'redis.sentinel_password'] as const;

/** Checks what settings mean together. `set` holds those somebody wrote, `config` has the defaults filled in. */
export function checkCombinations(set: Values, config: Config): ConfigProblem[] {
  return [
    ...emptyServers(set),
    ...severalServers(set),
    ...sentinels(set, config),
    ...cluster(set, config),
    ...credentials(set, config),
    ...tls(set, 'redis', config.redis.tls),
    ...tls(set, 'temporal', config.temporal.tls),
    ...metrics(set, config),
    ...rest(set, config),
    ...(resolveMode('redis', config).mode === 'standalone' ? standalone(set, config) : []),
  ];
}

function emptyServers(set: Values): ConfigProblem[] {
  return SERVER_SETTINGS.filter((path) => isEmpty(set.get(path)?.value)).map((path) =>
    problem(set, path, 'is empty', 'remove it, or name a server such as localhost:6379'),
  );
}

function severalServers(set: Values): ConfigProblem[] {
  const used = SERVER_SETTINGS.filter((path) => set.has(path) && !isEmpty(set.get(path)?.value));
  if (used.length < 2) return [];
  const where = used.map((path) => `${path} (${set.get(path)?.source.label ?? ''})`).join(' and ');
  return [problem(set, used.at(-1) ?? 'redis.url', 'is a second way to name the server', `keep one of ${where}`)];
}

function sentinels(set: Values, { redis }: Config): ConfigProblem[] {
  const { sentinels: addresses, sentinel_name: name, sentinel_username: user, sentinel_password: password } = redis;
  if (addresses.length > 0 && name === '') {
    return [problem(set, 'redis.sentinels', 'comes without the name of a master', 'set redis.sentinel_name too')];
  }
  const stray =
    addresses.length > 0 ? undefined : SENTINEL_SETTINGS.find((path) => !isEmpty(set.get(path)?.value ?? ''));
  if (stray !== undefined) return [problem(set, stray, 'comes without sentinels', 'set redis.sentinels too')];
  if (user === '' || password !== '') return [];
  return [problem(set, 'redis.sentinel_username', 'comes without a password', 'set redis.sentinel_password too')];
}

function cluster(set: Values, { redis }: Config): ConfigProblem[] {
  if (redis.cluster_nodes.length === 0 || redis.db === 0) return [];
  return [problem(set, 'redis.db', 'does not exist', 'write 0: a Redis Cluster has no other database')];
}

function credentials(set: Values, { redis }: Config): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (redis.username !== '' && redis.password === '') {
    problems.push(problem(set, 'redis.username', 'comes without a password', 'set redis.password too'));
  }
  const url = redis.url === '' ? undefined : new URL(redis.url);
  if (url !== undefined && url.username + url.password !== '' && set.has('redis.password')) {
    problems.push(problem(set, 'redis.password', 'is also in redis.url', 'keep one of them'));
  }
  if (url !== undefined && url.pathname.length > 1 && set.has('redis.db')) {
    problems.push(problem(set, 'redis.db', 'is also in redis.url', 'keep one of them'));
  }
  return problems;
}

function tls(set: Values, of: 'redis' | 'temporal', { cert, key }: Config['redis']['tls']): ConfigProblem[] {
  if ((cert === '') === (key === '')) return [];
  const [given, other] = cert === '' ? ['key', 'cert'] : ['cert', 'key'];
  return [problem(set, `${of}.tls.${given}`, 'is half of a pair', `set ${of}.tls.${other} too`)];
}

function standalone(set: Values, { redis }: Config): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const { databases, listener, persistence } = redis.standalone;
  if (persistence.encryption_key !== '' && persistence.encryption_key_file !== '') {
    const path = 'redis.standalone.persistence.encryption_key_file';
    problems.push(problem(set, path, 'is beside encryption_key', 'keep one of them'));
  }
  if (redis.db >= databases) {
    const remedy = `write a number below redis.standalone.databases (${String(databases)})`;
    problems.push(problem(set, 'redis.db', 'does not exist', remedy));
  }
  if (listener.path !== '') {
    const path = 'redis.standalone.listener.port';
    if (set.has(path)) problems.push(problem(set, path, 'is beside a unix socket', 'keep one of port and path'));
  } else if (listener.enabled && !isLoopback(listener.host) && listener.password === '') {
    const remedy = 'write 127.0.0.1, or set redis.standalone.listener.password';
    problems.push(problem(set, 'redis.standalone.listener.host', 'is open to others without a password', remedy));
  }
  return problems;
}

function metrics(set: Values, { metrics: { enabled, host, token } }: Config): ConfigProblem[] {
  if (!enabled || isLoopback(host) || token !== '') return [];
  const remedy = 'write 127.0.0.1, or set metrics.token';
  return [problem(set, 'metrics.host', 'is open to others without a token', remedy)];
}

/** Also on loopback: any page in a browser on this machine could send commands. */
function rest(set: Values, { redis }: Config): ConfigProblem[] {
  const { enabled, token } = redis.rest;
  if (!enabled || token !== '') return [];
  return [problem(set, 'redis.rest.token', 'is empty', 'write what clients have to send, as RESPITE_REDIS_REST_TOKEN')];
}

function isEmpty(value: unknown): boolean {
  return value === '' || (Array.isArray(value) && value.length === 0);
}

function problem(set: Values, path: string, what: string, remedy: string): ConfigProblem {
  const written = set.get(path);
  return {
    code: 'CONFIG_INVALID',
    path,
    ...(written === undefined ? {} : { value: redact(written.setting, written.value) }),
    source: written?.source.label ?? 'default',
    problem: what,
    remedy,
  };
}
