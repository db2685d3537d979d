import { RespiteError } from '../../../errors';
import { explain } from './explain';
import type { Finding } from './probe';
import type { Target } from './server';

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

/**
 * The error a start fails with. `rejection` counts only when there were no `failures`: it often says less than they do.
 * @param found what answers there, when somebody looked again
 */
export function startError(
  target: Target,
  failures: readonly Failure[],
  rejection: Error,
  found?: Finding,
): RespiteError {
  const all = failures.length === 0 ? [{ error: rejection, node: undefined }] : failures;
  const refusals = all.filter(isRefusal);
  const told = refusals.length > 0 ? refusals : withoutSummaries(all);
  const reason = [...new Set(told.map(inWords))].join('; ');
  const cause = told[0]?.error ?? rejection;
  const [code, message] = explain({ target, reason, cause, found });
  return new RespiteError(code, { message, cause });
}

/** Whether this is what ioredis says after it has told the reasons. */
export const isSummary = (message: string): boolean =>
  /^(Failed to refresh slots cache|All sentinels are unreachable|None of startup nodes is available)/.test(message);

export { CLUSTER_INCOMPLETE } from './explain';

function withoutSummaries(failures: readonly Failure[]): readonly Failure[] {
  const reasons = failures.filter(({ error }) => !isSummary(error.message));
  return reasons.length === 0 ? failures : reasons;
}

function inWords({ error, node }: Failure): string {
  const reason = error.message.replace(/\.$/, '') || error.name;
  return node === undefined || reason.includes(node) ? reason : `${node}: ${reason}`;
}
