import { auth, hello } from './authentication';
import { client } from './client';
import { echo, ping, quit, reset, select } from './connection';

/** The commands of connections. */
export const CONNECTION_COMMANDS = [auth, client, echo, hello, ping, quit, reset, select];
