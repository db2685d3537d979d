export { restModule } from './module';
export { RestEndpoint } from './rest-endpoint';
