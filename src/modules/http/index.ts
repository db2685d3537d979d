export { isBearer } from './is-bearer';
