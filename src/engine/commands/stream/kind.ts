import type { Kind } from '../../keyspace/entry';
import { StreamValue, type StreamView } from '../../values/stream';

/** What commands ask the context for to get streams. */
export const STREAM: Kind<StreamValue, StreamView> = { type: 'stream', create: (limits) => new StreamValue(limits) };
