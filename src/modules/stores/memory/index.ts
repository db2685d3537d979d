export { type AppendOptions, type ConversationSize, MemoryStore, type MessagePage } from './memory-store';
export { memoryModule } from './module';
