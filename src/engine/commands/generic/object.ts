import type { CommandContext } from '../../execution/command-context';
import type { Entry, StoredValue } from '../../keyspace/entry';
import { defineContainer, oneKey } from '../../command/definition';
import { defineCommand } from '../define-command';
import { encodingOf, isSharedInteger } from '../encoding';
import { error } from '../../command/errors';

const ABOUT_A_KEY = {
  arity: 3,
  flags: ['readonly'],
  group: 'generic',
  complexity: 'O(1)',
  keys: [oneKey('RO', 2)],
  hints: ['nondeterministic_output'],
  syntax: 'key',
} as const;

/** Looking at a key through OBJECT does not count as using it. */
function entryOf(context: CommandContext, key: string): Entry | undefined {
  return context.engine.keyspace.find(context.db, key, () => context.now);
}

const answer = (context: CommandContext, key: string, ask: (value: StoredValue) => string | number) => {
  const entry = entryOf(context, key);
  return entry === undefined ? null : ask(entry.value);
};

const encoding = defineCommand({
  ...ABOUT_A_KEY,
  name: 'encoding',
  since: '2.2.3',
  summary: 'Answers how the value of a key is represented.',
  run: (context, [, key]) => answer(context, key, encodingOf),
});

/** What Redis reports for its shared small integers. */
const SHARED_REFERENCES = 2_147_483_647;

const refcount = defineCommand({
  ...ABOUT_A_KEY,
  name: 'refcount',
  since: '2.2.3',
  summary: 'Answers how many references the value of a key has.',
  run: (context, [, key]) =>
    answer(context, key, (value) => (isSharedInteger(value, context.engine.memory) ? SHARED_REFERENCES : 1)),
});

const SWITCHING =
  'Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.';

const idletime = defineCommand({
  ...ABOUT_A_KEY,
  name: 'idletime',
  since: '2.2.3',
  summary: 'Answers for how many seconds a key was not used.',
  run(context, [, key]) {
    const { memory } = context.engine;
    const entry = entryOf(context, key);
    if (entry === undefined) return null;
    if (memory.access.frequencies)
      throw error(`An LFU maxmemory policy is selected, idle time not tracked. ${SWITCHING}`);
    return memory.access.idleSeconds(entry);
  },
});

const freq = defineCommand({
  ...ABOUT_A_KEY,
  name: 'freq',
  since: '4.0.0',
  summary: 'Answers how often a key is used, on a logarithmic scale of 0 to 255.',
  run(context, [, key]) {
    const { memory } = context.engine;
    const entry = entryOf(context, key);
    if (entry === undefined) return null;
    if (!memory.access.frequencies)
      throw error(`An LFU maxmemory policy is not selected, access frequency not tracked. ${SWITCHING}`);
    return memory.access.frequency(entry);
  },
});

export const object = defineContainer({
  name: 'object',
  helpSince: '6.2.0',
  arity: -2,
  flags: [],
  group: 'generic',
  since: '2.2.3',
  summary: 'Looks into the values of keys.',
  subcommands: [encoding, freq, idletime, refcount],
});
