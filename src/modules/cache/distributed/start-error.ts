import { type ErrorCode, RespiteError } from '../../../errors';
import { describeTarget, type Target } from './server';

/** Why connecting failed, as ioredis told it. */
export interface Failure {
  readonly error: Error;
  /** The node of a Cluster it is about. */
  readonly node: string | undefined;
}

/** Whether a server answered that it will not serve us. */
export function isRefusal({ error }: Failure): boolean {
  return error.name === 'ReplyError';
}

/** The error a start fails with. `rejection` counts only when there were no `failures`: it often says less than they do. */
export function startError(target: Target, failures: readonly Failure[], rejection: Error): RespiteError {
  const all = failures.length === 0 ? [{ error: rejection, node: undefined }] : failures;
  const refusals = all.filter(isRefusal);
  const told = refusals.length > 0 ? refusals : withoutSummaries(all);
  const reason = [...new Set(told.map(inWords))].join('; ');
  const cause = told[0]?.error ?? rejection;
  const [code, message] = explain(target, reason, cause);
  return new RespiteError(code, { message, cause });
}

/** Whether this is what ioredis says after it has told the reasons. */
export const isSummary = (message: string): boolean =>
  /^(Failed to refresh slots cache|All sentinels are unreachable|None of startup nodes is available)/.test(message);

/** Why a Cluster that answered does not serve. */
export const CLUSTER_INCOMPLETE = 'the cluster does not serve all slots';

function withoutSummaries(failures: readonly Failure[]): readonly Failure[] {
  const reasons = failures.filter(({ error }) => !isSummary(error.message));
  return reasons.length === 0 ? failures : reasons;
}

function inWords({ error, node }: Failure): string {
  const reason = error.message.replace(/\.$/, '') || error.name;
  return node === undefined || reason.includes(node) ? reason : `${node}: ${reason}`;
}

const LOGIN = /(^|\bbecause |: )(WRONGPASS|NOAUTH|ERR AUTH|ERR Client sent AUTH|ERR invalid password)\b/;
const TLS_ERROR = /^(ERR_(TLS|SSL|OSSL)_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_|HOSTNAME_MISMATCH|EPROTO)/;

function explain(target: Target, reason: string, cause: Error): readonly [ErrorCode, string] {
  const server = describeTarget(target);
  if (LOGIN.test(reason)) {
    const bySentinel = /\bsentinel\b/.test(reason);
    const settings = bySentinel
      ? 'redis.sentinel_username and redis.sentinel_password'
      : 'redis.username and redis.password';
    return ['REDIS_AUTH_FAILED', `${server} refused the login: ${reason}. Check ${settings}.`];
  }
  if (reason.includes('No such master with that name')) {
    const remedy = 'Check redis.sentinel_name.';
    return ['REDIS_NOT_READY', `${server} is not known to them: ${reason}. ${remedy}`];
  }
  if (cause.name === 'ReplyError' || reason === CLUSTER_INCOMPLETE) {
    return ['REDIS_NOT_READY', `${server} cannot serve this configuration: ${reason}.`];
  }
  if ('code' in cause && TLS_ERROR.test(String(cause.code))) {
    const remedy = 'Check redis.tls: ca has to be the authority that signed its certificate, server_name a name in it.';
    return ['REDIS_TLS_FAILED', `${server} cannot be trusted or does not talk TLS: ${reason}. ${remedy}`];
  }
  return ['REDIS_UNREACHABLE', `${server} cannot be reached: ${reason}. ${UNREACHABLE_REMEDY[target.kind]}`];
}

const UNREACHABLE_REMEDY = {
  server: 'Check that it runs there (redis.url, redis.addr) and that redis.tls fits, or set mode to standalone.',
  sentinel: 'Check that they run there (redis.sentinels) and that redis.tls fits, or set mode to standalone.',
  cluster: 'Check that it runs there (redis.cluster_nodes) and that redis.tls fits, or set mode to standalone.',
} as const;
