import type { CommandContext } from '../../../execution/command-context';
import { MapReply, OK, SetReply } from '../../../protocol/reply';
import { PLAIN_TRACKING, type TrackingState } from '../../../session/client';
import { integer } from '../../../command/arguments';
import { defineCommand } from '../../define-command';
import { error, printable, SYNTAX_ERROR } from '../../../command/errors';
import { CLIENT } from './shared';

function parseOptions({ engine }: CommandContext, args: readonly string[]): TrackingState {
  const state: { -readonly [Name in keyof TrackingState]: TrackingState[Name] } = { ...PLAIN_TRACKING, prefixes: [] };
  for (let i = 0; i < args.length; i++) {
    const option = args[i]?.toLowerCase();
    const value = args[i + 1];
    if (option === 'redirect' && value !== undefined) {
      if (state.redirect !== 0) throw error('A client can only redirect to a single other client');
      state.redirect = integer(value);
      if (!engine.clients.byId.has(state.redirect)) throw error('The client ID you want redirect to does not exist');
      i += 1;
    } else if (option === 'prefix' && value !== undefined) {
      state.prefixes.push(value);
      i += 1;
    } else if (option === 'bcast') {
      state.broadcast = true;
    } else if (option === 'optin') {
      state.optIn = true;
    } else if (option === 'optout') {
      state.optOut = true;
    } else if (option === 'noloop') {
      state.noLoop = true;
    } else {
      throw SYNTAX_ERROR;
    }
  }
  return state;
}

/** @throws when options contradict each other or the mode already in force */
function checkCompatible(wanted: TrackingState, current: TrackingState | undefined): void {
  if (!wanted.broadcast && wanted.prefixes.length > 0) throw error('PREFIX option requires BCAST mode to be enabled');
  if (current !== undefined && current.broadcast !== wanted.broadcast) {
    throw error(
      "You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.",
    );
  }
  if (wanted.broadcast && (wanted.optIn || wanted.optOut))
    throw error('OPTIN and OPTOUT are not compatible with BCAST');
  if (wanted.optIn && wanted.optOut) throw error("You can't specify both OPTIN mode and OPTOUT mode");
  if (current !== undefined && ((wanted.optIn && current.optOut) || (wanted.optOut && current.optIn))) {
    throw error(
      "You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.",
    );
  }
  checkPrefixes(wanted.prefixes, current?.prefixes ?? []);
}

function checkPrefixes(wanted: readonly string[], current: readonly string[]): void {
  const overlap = (a: string, b: string) => a.startsWith(b) || b.startsWith(a);
  wanted.forEach((prefix, i) => {
    const existing = current.find((other) => overlap(prefix, other));
    if (existing !== undefined) {
      throw error(
        `Prefix '${printable(prefix)}' overlaps with an existing prefix '${printable(existing)}'. Prefixes for a single client must not overlap.`,
      );
    }
    const other = wanted.slice(i + 1).find((each) => overlap(prefix, each));
    if (other !== undefined) {
      throw error(
        `Prefix '${printable(prefix)}' overlaps with another provided prefix '${printable(other)}'. Prefixes for a single client must not overlap.`,
      );
    }
  });
}

/** Broadcast mode without a prefix is about the empty one, which every key has. */
const prefixesOf = ({ broadcast, prefixes }: TrackingState): readonly string[] =>
  broadcast && prefixes.length === 0 ? [''] : prefixes;

export const tracking = defineCommand({
  ...CLIENT,
  name: 'tracking',
  arity: -3,
  since: '6.0.0',
  summary: 'Tells this client when keys it has read change, so that it can cache them.',
  complexity: 'O(1)',
  syntax: '<ON | OFF> [REDIRECT client-id] [PREFIX prefix [PREFIX prefix ...]] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]',
  run(context, [, mode, ...options]) {
    const { session, engine } = context;
    const wanted = parseOptions(context, options);
    switch (mode.toLowerCase()) {
      case 'on':
        checkCompatible(wanted, session.tracking);
        engine.tracking.enable(session, {
          ...wanted,
          prefixes: [...new Set([...(session.tracking?.prefixes ?? []), ...prefixesOf(wanted)])].sort(),
        });
        return OK;
      case 'off':
        engine.tracking.disable(session);
        return OK;
      default:
        throw SYNTAX_ERROR;
    }
  },
});

export const trackinginfo = defineCommand({
  ...CLIENT,
  name: 'trackinginfo',
  arity: 2,
  since: '6.2.0',
  summary: 'Describes the tracking of this client.',
  complexity: 'O(1)',
  run({ session: { tracking: state } }) {
    const flags = state === undefined ? ['off'] : flagsOf(state);
    return new MapReply([
      'flags',
      new SetReply(flags),
      'redirect',
      state?.redirect ?? -1,
      'prefixes',
      [...(state?.prefixes ?? [])],
    ]);
  },
});

function flagsOf(state: TrackingState): string[] {
  const flags = ['on'];
  if (state.broadcast) flags.push('bcast');
  if (state.optIn) flags.push('optin', ...(state.caching ? ['caching-yes'] : []));
  if (state.optOut) flags.push('optout', ...(state.caching ? ['caching-no'] : []));
  if (state.noLoop) flags.push('noloop');
  if (state.broken) flags.push('broken_redirect');
  return flags;
}

export const getredir = defineCommand({
  ...CLIENT,
  name: 'getredir',
  arity: 2,
  since: '6.0.0',
  summary: 'Answers which client gets the invalidations of this one; -1 without tracking.',
  complexity: 'O(1)',
  run: ({ session }) => session.tracking?.redirect ?? -1,
});

export const caching = defineCommand({
  ...CLIENT,
  name: 'caching',
  arity: 3,
  since: '6.0.0',
  summary: 'Says whether the keys of the next command are to be tracked.',
  complexity: 'O(1)',
  syntax: 'YES | NO',
  run({ session: { tracking: state } }, [, mode]) {
    if (state === undefined) {
      throw error(
        'CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled',
      );
    }
    switch (mode.toLowerCase()) {
      case 'yes':
        if (!state.optIn) throw error('CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.');
        break;
      case 'no':
        if (!state.optOut) throw error('CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.');
        break;
      default:
        throw SYNTAX_ERROR;
    }
    state.caching = true;
    return OK;
  },
});
