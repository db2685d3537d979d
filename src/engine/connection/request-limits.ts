import type { Engine } from '../engine';
import type { Session } from '../execution/session';
import type { RequestLimits } from '../protocol/request-parser';
import { textBytes } from '../values/text-bytes';

/** What a client may send, as it is configured when it does. */
export function requestLimits(engine: Engine, session: Session): RequestLimits {
  return {
    get maxBulkLength() {
      return engine.parameters.maxBulkLength;
    },
    get authenticated() {
      return session.authenticated;
    },
    get room() {
      return engine.clients.memory.room;
    },
    heapBytes: (length) => textBytes({ length }),
  };
}
