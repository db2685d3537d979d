export {
  type BusEvent,
  EventBus,
  type EventBusStats,
  type EventSubscription,
  type Happening,
  type PublishOptions,
  type SubscribeOptions,
  type Topics,
  type WorkflowHappening,
} from './event-bus';
export { streamingModule } from './module';
export { type TextChunk, type TextStreamOptions, type TextStreamPublisher } from './text-stream-publisher';
