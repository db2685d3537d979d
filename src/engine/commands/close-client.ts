import type { CommandContext } from '../execution/command-context';
import type { Client } from '../session/client';

/** Closes a connection; the caller's own only after its reply has left. */
export function closeClient(context: CommandContext, client: Client): void {
  if (client === context.session) client.closing = true;
  else client.output.close();
}
