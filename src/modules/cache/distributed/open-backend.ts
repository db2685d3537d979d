import type { BackendContext } from '../backend-provider';
import { connect } from './connect';
import { DistributedBackend } from './distributed-backend';
import { readServer } from './server';

/** Connects to the server the configuration names. */
export async function openBackend({ config, logger, signal }: BackendContext): Promise<DistributedBackend> {
  const server = readServer(config);
  return new DistributedBackend(await connect(server, signal), server, logger);
}
