import { RespiteError } from 'respite';
import type { Code } from './codes';
import { HostError, type Problem } from './host-error';

/** The statuses of what Respite's stores answer; whatever else they say is a matter of Redis. */
const RESPITE_STATUS: Readonly<Record<string, number>> = {
  ETAG_MISMATCH: 412,
  RESOURCE_NOT_FOUND: 404,
  INPUT_INVALID: 400,
  VALUE_NOT_JSON: 400,
  VALUE_TOO_LARGE: 413,
  MCP_DEFINITION_INVALID: 400,
  MCP_SERVER_UNAVAILABLE: 503,
};

const REMEDY =
  'Redis takes no writes. In standalone mode look at the disk of respite-data (and /readyz); writing goes on once there is room.';

/** A status and a problem for whatever was thrown. */
export function describe(thrown: unknown): { readonly status: number; readonly problem: Problem } {
  if (thrown instanceof HostError) {
    const { status, code, message, problems } = thrown;
    return { status, problem: { code, message, ...(problems && { problems }) } };
  }
  if (isStorageFailure(thrown)) {
    return answer(503, 'STORAGE_UNAVAILABLE', `${REMEDY} It said: ${rootOf(thrown)}`);
  }
  if (thrown instanceof RespiteError) {
    return { status: RESPITE_STATUS[thrown.code] ?? 500, problem: { code: thrown.code, message: thrown.message } };
  }
  return answer(500, 'INTERNAL', thrown instanceof Error ? thrown.message : String(thrown));
}

/** Whether Redis did not take what was to be written: no fault of who asked, and over when there is room again. */
export function isStorageFailure(thrown: unknown): boolean {
  if (thrown instanceof RespiteError && ['STORE_FAILED', 'BACKEND_CLOSED', 'STORE_CLOSED'].includes(thrown.code))
    return true;
  return (
    thrown instanceof Error && /^(MISCONF|OOM|READONLY|LOADING|Connection is closed|ERR .*MISCONF)/.test(thrown.message)
  );
}

function answer(status: number, code: Code, message: string): ReturnType<typeof describe> {
  return { status, problem: { code, message } };
}

function rootOf(thrown: unknown): string {
  let at = thrown;
  while (at instanceof Error && at.cause !== undefined) at = at.cause;
  return at instanceof Error ? at.message : String(at);
}
