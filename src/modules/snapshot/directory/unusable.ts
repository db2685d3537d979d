import { RespiteError } from '../../../errors';
import { messageOf } from '../system-error';

/** Why a data directory cannot be used. */
export function unusable(path: string, cause: unknown): RespiteError {
  const reason = messageOf(cause);
  return new RespiteError('SNAPSHOT_DIR_UNUSABLE', {
    message: `The data directory ${path} cannot be used: ${reason}. Check redis.standalone.persistence.data_dir, its owner and its free space.`,
    cause,
  });
}
