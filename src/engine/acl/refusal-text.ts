import { ErrorReply } from '../protocol/reply';
import type { RedisVersion } from '../redis-version';
import type { Refusal } from './acl';

const PLURAL: Record<'key' | 'channel', string> = { key: 'keys', channel: 'channels' };

const IN_SCRIPTS = {
  command: "The user executing the script can't run this command or subcommand",
  key: "The user executing the script can't access at least one of the keys mentioned in the command arguments",
  channel: "The user executing the script can't publish to the channel mentioned in the command",
};

/** What a client is told who may not do something. @param user who that is */
export function noPermission(version: RedisVersion, user: string, { reason, object }: Refusal): ErrorReply {
  if (version >= '7.2') return new ErrorReply(`NOPERM ${problem(user, reason, object)}`);
  return new ErrorReply(
    reason === 'command'
      ? `NOPERM this user has no permissions to run the '${object}' command`
      : `NOPERM this user has no permissions to access one of the ${PLURAL[reason]} used as arguments`,
  );
}

/** The same for a script. */
export function noPermissionInScript(version: RedisVersion, user: string, { reason, object }: Refusal): ErrorReply {
  return new ErrorReply(
    `ERR ${version >= '7.2' ? `ACL failure in script: ${problem(user, reason, object)}` : IN_SCRIPTS[reason]}`,
  );
}

function problem(user: string, reason: Refusal['reason'], object: string): string {
  return reason === 'command'
    ? `User ${user} has no permissions to run the '${object}' command`
    : `No permissions to access a ${reason}`;
}
