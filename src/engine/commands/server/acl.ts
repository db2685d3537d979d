import { randomBytes } from 'node:crypto';
import { namesIn } from '../../acl/command-names';
import { hasSpace, RuleError } from '../../acl/rule-error';
import type { Selector } from '../../acl/selector';
import type { CommandContext } from '../../execution/command-context';
import { closeClient } from '../close-client';
import { DoubleReply, type ErrorReply, MapReply, OK, SetReply, type Reply } from '../../protocol/reply';
import { integer } from '../../command/arguments';
import { ACL_CATEGORIES } from '../../command/acl-categories';
import { defineContainer } from '../../command/definition';
import { defineCommand } from '../define-command';
import { takes, unnamed } from '../../command/table';
import { error, printable, wrongArity, wrongSubcommandArguments } from '../../command/errors';
import { allButSubcommand } from '../../command/secrets';

const OPEN = { flags: ['noscript', 'loading', 'stale'], group: 'server', since: '6.0.0' } as const;
const ADMIN = { flags: ['admin', 'noscript', 'loading', 'stale'], group: 'server', since: '6.0.0' } as const;

const whoami = defineCommand({
  ...OPEN,
  name: 'whoami',
  arity: 2,
  summary: 'Answers the name of the user of this connection.',
  complexity: 'O(1)',
  run: ({ session }) => session.user.name,
});

const list = defineCommand({
  ...ADMIN,
  name: 'list',
  arity: 2,
  summary: 'Answers the users as a configuration file would have them.',
  complexity: 'O(N) in the number of users',
  run: ({ engine }) => engine.acl.users().map(String),
});

const users = defineCommand({
  ...ADMIN,
  name: 'users',
  arity: 2,
  summary: 'Answers the names of the users.',
  complexity: 'O(N) in the number of users',
  run: ({ engine }) => engine.acl.users().map(({ name }) => name),
});

const describeSelector = (selector: Selector): Reply[] => [
  'commands',
  selector.commandRules,
  'keys',
  selector.keyRules,
  'channels',
  selector.channelRules,
];

const getuser = defineCommand({
  ...ADMIN,
  name: 'getuser',
  secrets: allButSubcommand,
  arity: 3,
  summary: 'Describes a user.',
  complexity: 'O(N) in the number of rules',
  syntax: 'username',
  run({ engine }, [, name]) {
    const user = engine.acl.get(name);
    if (user === undefined) return null;
    const [own, ...others] = user.selectors;
    return new MapReply([
      'flags',
      new SetReply(user.flags),
      'passwords',
      user.passwords,
      ...(own === undefined ? [] : describeSelector(own)),
      'selectors',
      others.map((selector) => new MapReply(describeSelector(selector))),
    ]);
  },
});

/** Joins what stands in one pair of parentheses to one rule. @throws when they do not match */
function joinSelectors(words: readonly string[]): string[] {
  const rules: string[] = [];
  let open: string[] = [];
  for (const word of words) {
    if (open.length > 0 || word.startsWith('(')) open.push(word);
    else rules.push(word);
    if (open.at(-1)?.endsWith(')') === true) {
      rules.push(open.join(' '));
      open = [];
    }
  }
  const [first] = open;
  if (first !== undefined) throw error(`Unmatched parenthesis in acl selector starting at '${printable(first)}'.`);
  return rules;
}

const setuser = defineCommand({
  ...ADMIN,
  name: 'setuser',
  secrets: allButSubcommand,
  arity: -3,
  summary: 'Creates a user, or changes what it may do.',
  hints: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
  before: { '7.2': { hints: [] } },
  complexity: 'O(N) in the number of rules',
  syntax: 'username [rule [rule ...]]',
  run(context, [, name, ...words]) {
    if (hasSpace(name)) throw error("Usernames can't contain spaces or null characters");
    context.engine.acl.setUser(name, joinSelectors(words), (rule, failure) => {
      throw failure instanceof RuleError
        ? error(`Error in ACL SETUSER modifier '${printable(rule)}': ${failure.message}`)
        : failure;
    });
    closeListeners(context, name);
    return OK;
  },
});

/** Whoever listens to channels that are no longer allowed is let go. */
function closeListeners(context: CommandContext, name: string): void {
  for (const session of context.engine.clients.byId.values()) {
    if (session.user.name !== name || session.subscriptions === 0) continue;
    const { selectors } = session.user;
    const mayListen = (literally: boolean) => (channel: string) =>
      selectors.some((selector) => selector.mayListen(channel, literally));
    const allowed =
      [...session.channels, ...session.shardChannels].every(mayListen(false)) &&
      [...session.patterns].every(mayListen(true));
    if (!allowed) closeClient(context, session);
  }
}

const deluser = defineCommand({
  ...ADMIN,
  name: 'deluser',
  secrets: allButSubcommand,
  arity: -3,
  summary: 'Removes users and closes their connections.',
  hints: ['request_policy:all_nodes', 'response_policy:all_succeeded'],
  before: { '7.2': { hints: [] } },
  complexity: 'O(N) in the number of connections',
  syntax: 'username [username ...]',
  run(context, [, ...names]) {
    const { engine } = context;
    if (names.includes(engine.acl.default.name)) throw error("The 'default' user cannot be removed");
    const removed = new Set(names.filter((name) => engine.acl.deleteUser(name)));
    for (const session of [...engine.clients.byId.values()]) {
      if (!removed.has(session.user.name)) continue;
      closeClient(context, session);
    }
    return removed.size;
  },
});

const cat = defineCommand({
  ...OPEN,
  name: 'cat',
  arity: -2,
  summary: 'Answers the categories, or the commands of one.',
  complexity: 'O(N) in the number of commands',
  syntax: '[categoryname]',
  run({ engine }, [name, category, extra]) {
    if (category === undefined) return ACL_CATEGORIES;
    if (extra !== undefined) throw wrongSubcommandArguments('acl', name);
    const wanted = ACL_CATEGORIES.find((each) => each === category.toLowerCase());
    if (wanted === undefined) throw error(`Unknown category '${printable(category)}'`);
    return namesIn(engine.commands, wanted);
  },
});

const DEFAULT_BITS = 256;
const MOST_BITS = 4096;

const genpass = defineCommand({
  ...OPEN,
  name: 'genpass',
  arity: -2,
  summary: 'Makes a random password.',
  complexity: 'O(1)',
  syntax: '[bits]',
  run(_, [name, text, extra]) {
    if (extra !== undefined) throw wrongSubcommandArguments('acl', name);
    const bits = text === undefined ? DEFAULT_BITS : integer(text);
    if (bits <= 0 || bits > MOST_BITS) {
      throw error(
        'ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096',
      );
    }
    const digits = Math.ceil(bits / 4);
    return randomBytes(Math.ceil(digits / 2))
      .toString('hex')
      .slice(0, digits);
  },
});

const DEFAULT_LOG_LENGTH = 10;

const log = defineCommand({
  ...ADMIN,
  name: 'log',
  arity: -2,
  summary: 'Answers the latest refusals, or forgets them.',
  complexity: 'O(N) in the number of refusals answered',
  syntax: '[count | RESET]',
  run({ engine }, [name, option, extra]) {
    if (extra !== undefined) throw wrongSubcommandArguments('acl', name);
    if (option?.toLowerCase() === 'reset') {
      engine.acl.log.clear();
      return OK;
    }
    const count = option === undefined ? DEFAULT_LOG_LENGTH : integer(option);
    const now = engine.clock.now();
    return engine.acl.log.entries.slice(0, Math.max(0, count)).map((entry) => {
      const age = (now - entry.at) / 1000;
      return new MapReply([
        'count',
        entry.count,
        'reason',
        entry.reason,
        'context',
        entry.context,
        'object',
        entry.object,
        'username',
        entry.user,
        'age-seconds',
        new DoubleReply(age, engine.formatDouble(age)),
        'client-info',
        entry.clientInfo,
        ...(engine.version < '7.2' ? [] : ['entry-id', entry.id]),
        ...(engine.version < '7.2' ? [] : ['timestamp-created', entry.since, 'timestamp-last-updated', entry.at]),
      ]);
    });
  },
});

const dryrun = defineCommand({
  ...ADMIN,
  name: 'dryrun',
  arity: -4,
  since: '7.0.0',
  summary: 'Says whether a user may run a command, without running it.',
  complexity: 'O(1)',
  syntax: 'username command [arg [arg ...]]',
  run({ engine }, [, name, command, ...args]) {
    const user = engine.acl.get(name);
    if (user === undefined) throw error(`User '${printable(name)}' not found`);
    const record = engine.commands.locate(command, args);
    if (record === 'command' || record === 'subcommand') throw error(`Command '${printable(command)}' not found`);
    if (record === 'bare container') throw unnamed(record, command, args);
    if (!takes(record, args.length)) throw wrongArity(record.fullName);
    const refusal = engine.acl.check(user, record, args);
    if (refusal === undefined) return OK;
    const { reason, object } = refusal;
    const who = engine.version >= '7.2' ? `User ${name}` : 'This user';
    if (reason === 'command') return `${who} has no permissions to run the '${object}' command`;
    return `${who} has no permissions to access the '${engine.version >= '7.2' ? object : printable(object)}' ${reason}`;
  },
});

const NO_FILE: ErrorReply = error(
  'This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.',
);

const withFile = (name: string, hints: readonly string[] = []) =>
  defineCommand({
    ...ADMIN,
    name,
    hints,
    before: { '7.2': { hints: [] } },
    arity: 2,
    summary: 'Refused: there is no ACL file.',
    complexity: 'O(1)',
    run() {
      throw NO_FILE;
    },
  });

export const acl = defineContainer({
  name: 'acl',
  arity: -2,
  flags: [],
  group: 'server',
  since: '6.0.0',
  summary: 'Commands about users and what they may do.',
  subcommands: [
    cat,
    deluser,
    dryrun,
    genpass,
    getuser,
    list,
    withFile('load'),
    log,
    withFile('save', ['request_policy:all_nodes', 'response_policy:all_succeeded']),
    setuser,
    users,
    whoami,
  ],
});
