export { type BeginOutcome, IdempotencyStore } from './idempotency-store';
export { webhooksModule } from './module';
