export { asError, isError } from './as-error';
export { errorCodes, type ErrorCode, type ErrorCodeEntry } from './codes';
export { printCount, printDuration, UNITS_MS } from './print';
export { RespiteError, type RespiteErrorDetails } from './respite-error';
