export { MetricsEndpoint } from './metrics-endpoint';
export { MetricsRegistry } from './metrics-registry';
export { metricsModule, metricsRegistryModule } from './module';
