/**
 * What a running process is asked for by other processes of its user: HTTP on a socket of its own, JSON both ways. A route
 * begins with the version of what it means, so that an older process does not do something else than it was asked for.
 *
 * | request             | body           | answer             |
 * |---------------------|----------------|--------------------|
 * | `POST /v1/snapshot` | `{"full":bool}` | `SnapshotResult`  |
 * | `POST /v1/backup`   | `{}`           | the backup's bytes: it is whole when its last part has come |
 *
 * Any other answer than 200 is `{"error":{"code","message"}}`.
 */
export const SNAPSHOT_ROUTE = '/v1/snapshot';

/** See above. */
export const BACKUP_ROUTE = '/v1/backup';

/** A failure, as it is carried. */
export interface CarriedError {
  readonly error: { readonly code: string; readonly message: string };
}
