import type { ErrorCode } from '../../../errors';
import { IS_CLUSTER_NODE, IS_SENTINEL } from './kind-of-server';
import type { Finding } from './probe';
import { describeTarget, type Target } from './server';

/** Why a Cluster that answered does not serve. */
export const CLUSTER_INCOMPLETE = 'the cluster does not serve all slots';

/** What is known of a start that failed. */
export interface StartFailure {
  readonly target: Target;
  /** What was said, in the words of Redis or of the system. */
  readonly reason: string;
  readonly cause: Error;
  /** What answers there, when somebody looked again. */
  readonly found: Finding | undefined;
}

type Explanation = readonly [code: ErrorCode, message: string];

/** Says what a failure means and what to do about it. */
export function explain(failure: StartFailure): Explanation {
  const { target, reason, cause, found } = failure;
  const server = describeTarget(target);
  if (found !== undefined) return explainFinding(server, found);
  const said = SAYINGS.find(([pattern]) => pattern.test(reason))?.[1];
  if (said !== undefined) return explainFinding(server, said);
  const known = login(failure) ?? wrongKind(server, reason);
  if (known !== undefined) return known;
  if (reason.includes('Protocol error, got')) return explainFinding(server, 'other-protocol');
  if (cause.name === 'ReplyError' || reason === CLUSTER_INCOMPLETE) {
    return ['REDIS_NOT_READY', `${server} cannot serve this configuration: ${reason}.`];
  }
  if ('code' in cause && TLS_ERROR.test(String(cause.code))) {
    const remedy = 'Check redis.tls: ca has to be the authority that signed its certificate, server_name a name in it.';
    return ['REDIS_TLS_FAILED', `${server} cannot be trusted or does not talk TLS: ${reason}. ${remedy}`];
  }
  return ['REDIS_UNREACHABLE', `${server} cannot be reached: ${reason}. ${unreachable(target, reason)}`];
}

const TLS_ERROR = /^(ERR_(TLS|SSL|OSSL)_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_|HOSTNAME_MISMATCH|EPROTO)/;

/** By what was found: the code, what it is, what to do. */
const FINDINGS: Readonly<Record<Finding, readonly [ErrorCode, string, string]>> = {
  http: [
    'REDIS_NOT_REDIS',
    'is not a Redis server: it seems to speak HTTP',
    'Check the host and the port; that of Redis is 6379 unless somebody changed it.',
  ],
  'other-protocol': [
    'REDIS_NOT_REDIS',
    "is not a Redis server: it does not speak Redis' protocol",
    'Check the host and the port; that of Redis is 6379 unless somebody changed it.',
  ],
  'talks-tls': [
    'REDIS_TLS_FAILED',
    'talks TLS, and was spoken to without',
    'Set redis.tls.enabled to true, or write rediss:// in redis.url.',
  ],
  'talks-plain': [
    'REDIS_TLS_FAILED',
    'does not talk TLS at this port',
    'Set redis.tls.enabled to false, or write redis:// in redis.url; or name the port that talks TLS.',
  ],
  protected: [
    'REDIS_NOT_READY',
    'is in protected mode: without a password it serves only clients of its own machine',
    'Give it a password (requirepass) and set redis.password (RESPITE_REDIS_PASSWORD), or connect from its own machine.',
  ],
  loading: [
    'REDIS_NOT_READY',
    'is still loading its data',
    'Start again when it has, or raise redis.connect_timeout: the start waits for as long.',
  ],
};

/** A server that says itself what another look would find; not every version of ioredis looks again. */
const SAYINGS: readonly (readonly [RegExp, Finding])[] = [
  [/\bLOADING\b/, 'loading'],
  [/\bDENIED\b.*protected mode/, 'protected'],
];

function explainFinding(server: string, found: Finding): Explanation {
  const [code, what, remedy] = FINDINGS[found];
  return [code, `${server} ${what}. ${remedy}`];
}

const NO_LOGIN = /(^|\bbecause |: )NOAUTH\b/;
const WRONG_LOGIN = /(^|\bbecause |: )(WRONGPASS|ERR AUTH|ERR Client sent AUTH|ERR invalid password)\b/;

/** Of a login the words of Redis add nothing; they are in the cause. */
function login({ target, reason }: StartFailure): Explanation | undefined {
  const server = describeTarget(target);
  const prefix = /\bsentinel\b/.test(reason) ? 'sentinel_' : '';
  const password = `redis.${prefix}password (RESPITE_REDIS_${prefix.toUpperCase()}PASSWORD)`;
  if (NO_LOGIN.test(reason)) {
    return ['REDIS_AUTH_FAILED', `${server} asks for a password, and none is set. Set ${password}.`];
  }
  if (!WRONG_LOGIN.test(reason)) return undefined;
  const remedy = `Check redis.${prefix}username and ${password}${prefix === '' ? ', or the user info in redis.url' : ''}.`;
  return ['REDIS_AUTH_FAILED', `${server} refused the user name or the password. ${remedy}`];
}

/** Redis of another kind than the settings say: what was said, what to do. */
const WRONG_KINDS: readonly (readonly [RegExp, string])[] = [
  [
    new RegExp(IS_SENTINEL),
    'Name it in redis.sentinels, with redis.sentinel_name, instead of redis.addr or redis.url.',
  ],
  [new RegExp(IS_CLUSTER_NODE), 'Name it in redis.cluster_nodes instead of redis.addr or redis.url.'],
  [
    /\b(MOVED|CLUSTERDOWN)\b|not allowed in cluster mode/,
    'A node of a Redis Cluster belongs into redis.cluster_nodes.',
  ],
  [/cluster support disabled/, 'It is no Redis Cluster: name it in redis.addr instead of redis.cluster_nodes.'],
  [/unknown command .?sentinel/i, 'They are Redis servers, not sentinels: name one in redis.addr instead.'],
  [/No such master with that name/, 'Check redis.sentinel_name: the sentinels do not know it.'],
  [/DB index is out of range/, 'Check redis.db, or the path of redis.url.'],
  [/\bNOPERM\b/, 'Give the user of redis.username what the application needs (ACL SETUSER).'],
];

function wrongKind(server: string, reason: string): Explanation | undefined {
  const remedy = WRONG_KINDS.find(([pattern]) => pattern.test(reason))?.[1];
  if (remedy === undefined) return undefined;
  return ['REDIS_NOT_READY', `${server} cannot serve this configuration: ${reason.trim()}. ${remedy}`];
}

const WHERE = {
  server: 'redis.url, redis.addr',
  sentinel: 'redis.sentinels',
  cluster: 'redis.cluster_nodes',
} as const;

function unreachable({ kind }: Target, reason: string): string {
  const where = WHERE[kind];
  const local = 'or set mode to standalone.';
  if (/ENOTFOUND|EAI_/.test(reason)) return `Nobody knows a host of that name: check ${where}, ${local}`;
  if (/no answer within|ETIMEDOUT/.test(reason)) {
    return `Check ${where}, what is between (firewalls), or raise redis.connect_timeout, ${local}`;
  }
  return `Check that ${kind === 'sentinel' ? 'they run' : 'it runs'} there (${where}) and that redis.tls fits, ${local}`;
}
