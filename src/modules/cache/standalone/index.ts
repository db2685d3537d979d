export { standaloneProvider } from './provider';
