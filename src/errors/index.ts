export { asError, isError } from './as-error';
export { errorCodes, type ErrorCode, type ErrorCodeEntry } from './codes';
export { RespiteError, type RespiteErrorDetails } from './respite-error';
