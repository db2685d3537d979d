export { createStandaloneProvider, standaloneProvider } from './provider';
