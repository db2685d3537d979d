export { distributedProvider } from './provider';
