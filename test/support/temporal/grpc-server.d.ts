import type { ServerCredentials } from '@grpc/grpc-js';

/** What a server knows, and asks for. */
export interface TemporalServerOptions {
  readonly namespaces: readonly string[];
  /** What it says of its health; 1 is serving. */
  readonly status?: number;
  /** Asked for every call: whether it is refused, as by a server that has no time. */
  readonly isUnavailable?: () => boolean;
  readonly credentials?: ServerCredentials;
  readonly apiKey?: string;
}

/** Serves the calls a Temporal client makes when it connects. */
export function serve(
  address: string,
  options: TemporalServerOptions,
): Promise<{ readonly port: number; close(): void }>;
