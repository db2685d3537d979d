export { RespiteError, type RespiteErrorDetails } from './respite-error';
