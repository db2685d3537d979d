export { asError, isError } from './as-error';
export type { ErrorCodeEntry } from './code-entry';
export { errorCodes, type ErrorCode } from './codes';
export { printCount, printDuration, UNITS_MS } from './print';
export { RespiteError, type RespiteErrorDetails } from './respite-error';
