/** `Symbol.for` so that `RespiteError.is` also recognises errors made by another copy of the package. */
const BRAND = Symbol.for('respite.error');

/** What an error is made of besides its code. */
export interface RespiteErrorDetails {
  /** Names the setting or input, what was wrong with it and what to do. */
  readonly message: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/** Every error Respite throws on purpose. `code` is stable and listed in `errors/codes.ts`; messages may change. */
export class RespiteError extends Error {
  readonly code: string;
  readonly [BRAND] = true;

  constructor(code: string, details: RespiteErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'RespiteError';
    this.code = code;
  }

  /** Like `instanceof`, and true across copies of the package. */
  static is(value: unknown): value is RespiteError {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}
