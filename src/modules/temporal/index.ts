export { temporalModule } from './module';
export { TemporalConnection } from './temporal-connection';
