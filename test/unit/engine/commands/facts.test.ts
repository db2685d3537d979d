import { COMMANDS } from '../../../../src/engine/commands';
import { CommandTable, type CommandRecord } from '../../../../src/engine/command/table';
import { redactedArguments } from '../../../../src/engine/session/redact';

/** What a definition says of its command stands nowhere else: the gate, the ACL, logs and clients ask it. */

const records = new CommandTable(COMMANDS).records();
const having = (fact: (record: CommandRecord) => unknown) =>
  records
    .filter((record) => Boolean(fact(record)))
    .map(({ fullName }) => fullName)
    .sort();

describe('facts in the definitions of commands', () => {
  it('every command that takes a password hides it from logs and monitors', () => {
    const takesSecret = records.filter(({ definition }) => /password|secret|\bauth\b/i.test(definition.syntax ?? ''));
    expect(takesSecret.map(({ fullName }) => fullName).sort()).toEqual(['auth', 'hello', 'migrate']);
    for (const record of takesSecret) expect(record.definition.secrets).toBeDefined();
  });

  it.each<[string, string[], string[]]>([
    ['auth', ['user', 'pw'], ['(redacted)', '(redacted)']],
    ['hello', ['3', 'AUTH', 'user', 'pw', 'SETNAME', 'x'], ['3', 'AUTH', '(redacted)', '(redacted)', 'SETNAME', 'x']],
    ['migrate', ['h', '1', 'k', '0', '1', 'AUTH', 'pw'], ['h', '1', 'k', '0', '1', 'AUTH', '(redacted)']],
    [
      'migrate',
      ['h', '1', '', '0', '1', 'auth2', 'u', 'pw', 'KEYS', 'k'],
      ['h', '1', '', '0', '1', 'auth2', '(redacted)', '(redacted)', 'KEYS', 'k'],
    ],
    ['config|set', ['set', 'hz', '10', 'RequirePass', 'pw'], ['set', 'hz', '10', 'RequirePass', '(redacted)']],
    ['acl|setuser', ['setuser', 'u', '>pw'], ['setuser', '(redacted)', '(redacted)']],
    ['set', ['auth', 'pw'], ['auth', 'pw']],
  ])('%s %j is shown as %j', (name, args, shown) => {
    const record = records.find(({ fullName }) => fullName === name);
    expect(record && redactedArguments(record, args)).toEqual(shown);
  });

  it('what publishes or subscribes names its channels, and what does not has none', () => {
    const speaking = records.filter(
      ({ definition: { group, syntax } }) => group === 'pubsub' && /^(shard)?channel|^pattern/.test(syntax ?? ''),
    );
    expect(having(({ definition }) => definition.channels)).toEqual(speaking.map(({ fullName }) => fullName).sort());
  });

  it('what MULTI does not queue is about transactions, or ends them', () => {
    expect(having(({ runsInMulti }) => runsInMulti)).toEqual(['discard', 'exec', 'multi', 'quit', 'reset', 'watch']);
  });

  it('a client that listens may change what it listens to, say that it lives, and go', () => {
    const listening = records.filter(({ fullName }) => fullName.endsWith('subscribe')).map(({ fullName }) => fullName);
    expect(having(({ whileSubscribed }) => whileSubscribed)).toEqual([...listening, 'ping', 'quit', 'reset'].sort());
  });

  it('every command that blocks, or changes how a connection is read, is left to the connection', () => {
    const blocking = having(({ blocking: blocks }) => blocks);
    const left = new Set(
      COMMANDS.all()
        .filter(({ needsConnection }) => needsConnection)
        .map(({ name }) => name),
    );
    expect(blocking.filter((name) => !left.has(name))).toEqual([]);
    for (const name of ['hello', 'auth', 'select', 'client', 'reset', 'quit', 'monitor', 'subscribe', 'ssubscribe'])
      expect(left).toContain(name);
  });

  it('what runs scripts may be told that they write', () => {
    expect(having(({ definition }) => definition.runsScripts)).toEqual(['eval', 'evalsha', 'fcall']);
    for (const record of records.filter(({ definition }) => definition.runsScripts))
      expect(record.definition.flags).not.toContain('readonly');
  });
});
