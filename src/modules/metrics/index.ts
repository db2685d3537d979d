export { METRICS } from './definitions';
export { MetricsEndpoint } from './endpoint';
export { MetricsRegistry } from './metrics-registry';
export { metricsModule, metricsRegistryModule } from './module';
