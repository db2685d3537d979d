import { RespiteError } from '../../../errors';

/** Nobody holds the lock any more. */
export function notHeld(resource: string, why: string): RespiteError {
  return new RespiteError('LOCK_NOT_HELD', {
    message: `The lock on "${resource}" is not held: ${why}. Stop what needed it, and acquire it anew.`,
  });
}

/** The lock is somebody else's by now. */
export function notOwned(resource: string): RespiteError {
  return new RespiteError('LOCK_NOT_OWNED', {
    message: `Somebody else holds the lock on "${resource}" by now: it expired or was taken away. Stop what needed it.`,
  });
}

/** Somebody else holds the lock; `left` is what PTTL says of it. */
export function notAcquired(resource: string, waited: number, left: number): RespiteError {
  const until = left < 0 ? 'It never expires' : `It expires in ${left} ms unless it is renewed`;
  return new RespiteError('LOCK_NOT_ACQUIRED', {
    message: `Somebody else holds the lock on "${resource}"; waited ${waited} ms. ${until}. Try again later, or wait longer.`,
  });
}
