import { error, printable } from '../../../command/errors';
import type { Client } from '../../../session/client';

/** What most CLIENT subcommands have in common. */
export const CLIENT = { flags: ['noscript', 'loading', 'stale'], group: 'connection' } as const;
/** The same for those that reach other clients. */
export const CLIENT_ADMIN = { flags: ['admin', 'noscript', 'loading', 'stale'], group: 'connection' } as const;

/** Client types as CLIENT LIST and KILL name them. There are no masters here. */
export type ClientType = 'normal' | 'replica' | 'pubsub' | 'master';

/** @throws Unknown client type */
export function clientType(name: string): ClientType {
  switch (name.toLowerCase()) {
    case 'normal':
      return 'normal';
    case 'slave':
    case 'replica':
      return 'replica';
    case 'pubsub':
      return 'pubsub';
    case 'master':
      return 'master';
    default:
      throw error(`Unknown client type '${printable(name)}'`);
  }
}

/** The type of a client, in the words of CLIENT LIST and CLIENT KILL. */
export function typeOfClient(session: Client): ClientType {
  if (session.replication !== undefined) return 'replica';
  return session.subscriptions > 0 ? 'pubsub' : 'normal';
}
