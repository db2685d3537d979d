export { mockProvider } from './provider';
