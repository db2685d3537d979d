/**
 * What a running process is asked for by other processes of its user: HTTP on a socket of its own, JSON both ways. A route
 * begins with the version of what it means, so that an older process does not do something else than it was asked for.
 *
 * | request             | body           | answer             |
 * |---------------------|----------------|--------------------|
 * | `POST /v1/snapshot` | `{"full":bool}` | `SnapshotResult`  |
 * | `POST /v1/backup`   | `{}`           | the backup's bytes: it is whole when its last part has come |
 * | `POST /v1/changes`  | `{}`           | all of the data, then what changes, until one of both ends it: `feed-format.ts` |
 * | `POST /v1/position` | `{"id":text}`  | `{"position":bytes}`: how many bytes of changes the feed of that id has up to now |
 *
 * Any other answer than 200 is `{"error":{"code","message"}}`.
 */
export const SNAPSHOT_ROUTE = '/v1/snapshot';

/** See above. */
export const BACKUP_ROUTE = '/v1/backup';

/** See above. */
export const CHANGES_ROUTE = '/v1/changes';

/** See above. */
export const POSITION_ROUTE = '/v1/position';

/** A failure, as it is carried. */
export interface CarriedError {
  readonly error: { readonly code: string; readonly message: string };
}
