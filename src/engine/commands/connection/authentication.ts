import { DEFAULT_USER } from '../../acl/acl';
import type { Services } from '../../execution/services';
import type { CommandContext } from '../../execution/command-context';
import { ErrorReply, MapReply, OK } from '../../protocol/reply';
import { FULL_VERSION } from '../../redis-version';
import type { Client } from '../../session/client';
import { integer } from '../../command/arguments';
import { defineCommand } from '../define-command';
import { error, printable } from '../../command/errors';
import { describeClient } from '../../session/describe-client';
import { allSecret, secretAfter } from '../../command/secrets';

const WRONG_PASSWORD = new ErrorReply('WRONGPASS invalid username-password pair or user is disabled.');

/** Whether nobody configured who may come in, and the engine takes everybody then. */
function welcomesAll({ acl, host }: Services): boolean {
  return host.acceptsAnyCredentials && acl.isUnconfigured;
}

/** @throws WRONGPASS */
function authenticate({ engine, session }: CommandContext, name: string, password: string, command: string): void {
  const user = engine.acl.authenticate(name, password) ?? (welcomesAll(engine) ? engine.acl.default : undefined);
  if (user === undefined) {
    const denial = {
      reason: 'auth',
      context: session.transaction === undefined ? 'toplevel' : 'multi',
      object: command,
      user: name,
    } as const;
    engine.acl.log.add(denial, engine.clock.now(), describeClient(session));
    throw WRONG_PASSWORD;
  }
  session.user = user;
  session.authenticated = true;
}

export const auth = defineCommand({
  name: 'auth',
  needsConnection: true,
  secrets: allSecret,
  arity: -2,
  flags: ['noscript', 'loading', 'stale', 'fast', 'no_auth', 'allow_busy'],
  group: 'connection',
  since: '1.0.0',
  summary: 'Authenticates the connection.',
  complexity: 'O(1)',
  syntax: '[username] password',
  run(context, args) {
    if (args.length > 2) throw error('syntax error');
    const [first, second] = args;
    if (second === undefined && context.engine.acl.default.noPassword && !welcomesAll(context.engine)) {
      throw error(
        'AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
      );
    }
    authenticate(context, second === undefined ? DEFAULT_USER : first, second ?? first, 'AUTH');
    return OK;
  },
});

const INVALID_CLIENT_NAME = error('Client names cannot contain spaces, newlines or special characters.');

/** Names a connection: printable ASCII without spaces; empty = no name. @throws invalid name */
export function nameClient(session: Client, name: string): void {
  checkName(name);
  session.name = name;
}

function checkName(name: string): void {
  if (!/^[!-~]*$/.test(name)) throw INVALID_CLIENT_NAME;
}

export const hello = defineCommand({
  name: 'hello',
  needsConnection: true,
  secrets: secretAfter((word) => (word === 'auth' ? 2 : 0)),
  arity: -1,
  flags: ['noscript', 'loading', 'stale', 'fast', 'no_auth', 'allow_busy'],
  group: 'connection',
  since: '6.0.0',
  summary: 'Chooses the protocol version, and may authenticate and name the connection.',
  complexity: 'O(1)',
  syntax: '[protover [AUTH username password] [SETNAME clientname]]',
  run(context, args) {
    const { session, engine } = context;
    let version: number = session.resp;
    let name: string | undefined;
    if (args[0] !== undefined) {
      version = integer(args[0], error('Protocol version is not an integer or out of range'));
      if (version !== 2 && version !== 3) throw new ErrorReply('NOPROTO unsupported protocol version');
    }
    for (let i = 1; i < args.length; i++) {
      const option = args[i]?.toLowerCase();
      const left = args.length - 1 - i;
      if (option === 'auth' && left >= 2) {
        authenticate(context, args[i + 1] ?? '', args[i + 2] ?? '', 'HELLO');
        i += 2;
      } else if (option === 'setname' && left >= 1) {
        checkName((name = args[++i] ?? ''));
        // Since 7.2 it counts only if all the rest is right.
        if (engine.version < '7.2') session.name = name;
      } else {
        throw error(`Syntax error in HELLO option '${printable(args[i] ?? '')}'`);
      }
    }
    if (!session.authenticated) {
      const proto = engine.version >= '7.2' ? '<proto> ' : '';
      throw new ErrorReply(
        `NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO ${proto}AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time`,
      );
    }
    if (name !== undefined) session.name = name;
    if (args[0] !== undefined) session.resp = version === 3 ? 3 : 2;
    return new MapReply([
      'server',
      'redis',
      'version',
      FULL_VERSION[engine.version],
      'proto',
      session.resp,
      'id',
      session.id,
      'mode',
      engine.cluster === undefined ? 'standalone' : 'cluster',
      'role',
      'master',
      'modules',
      [],
    ]);
  },
});
