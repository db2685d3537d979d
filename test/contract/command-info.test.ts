import { RespClient, type WireReply } from '../support/resp-client';
import { contract, useServers } from './harness';

const servers = useServers();

/** A wire reply as plain data; the order inside sets does not count. */
function plain(reply: WireReply | undefined): unknown {
  if (reply === undefined || !Array.isArray(reply.value)) return reply?.value;
  const items = (reply.value as readonly WireReply[]).map(plain);
  return reply.type === '~' ? items.map((item) => JSON.stringify(item)).sort() : items;
}

const SUBCOMMANDS = 9;

describe('COMMAND INFO', () => {
  it('describes every command we have as Redis does', async () => {
    const { real, listener } = servers();
    const onReal = await RespClient.open(real.port, 3);
    const onOurs = await RespClient.open(listener.port ?? 0, 3);
    try {
      const all = plain(await onOurs.command('COMMAND')) as [string, ...unknown[]][];
      const names = all.flatMap(([name, ...rest]) => [
        name,
        ...(rest[SUBCOMMANDS - 1] as [string][]).map(([subcommand]) => subcommand),
      ]);
      expect(names.length).toBeGreaterThan(100);
      // A container's own entry lists its subcommands, of which we may have fewer.
      const describeAll = async (client: RespClient) =>
        (plain(await client.command('COMMAND', 'INFO', ...names)) as ([string, ...unknown[]] | null)[]).map((each) =>
          each?.slice(0, SUBCOMMANDS),
        );
      const [expected, actual] = [await describeAll(onReal), await describeAll(onOurs)];
      expect(actual).toEqual(expected);
    } finally {
      onReal.close();
      onOurs.close();
    }
  });

  it('answers as many commands as COMMAND COUNT says, each with docs', async () => {
    const { listener } = servers();
    const client = await RespClient.open(listener.port ?? 0, 2);
    try {
      const count = Number((await client.command('COMMAND', 'COUNT'))?.value);
      expect(plain(await client.command('COMMAND', 'DOCS'))).toHaveLength(2 * count);
    } finally {
      client.close();
    }
  });
});

/** What COMMAND DOCS says of a command or subcommand, but for its words and its arguments. */
const FACTS = ['since', 'group', 'doc_flags', 'deprecated_since', 'replaced_by'];

/** The facts of all commands by their names; those of `only`, where it is given. */
function factsOf(docs: readonly unknown[], only?: ReadonlyMap<string, unknown>): Map<string, unknown> {
  const all = new Map<string, unknown>();
  for (let i = 0; i < docs.length; i += 2) {
    const name = String(docs[i]);
    const fields = docs[i + 1] as readonly unknown[]; // a map
    const valueOf = (field: string): unknown => fields[fields.indexOf(field) + 1];
    const facts = FACTS.filter((field) => fields.includes(field)).map((field) => [field, valueOf(field)]);
    if (only?.has(name) !== false) all.set(name, facts);
    if (fields.includes('subcommands'))
      for (const [key, value] of factsOf(valueOf('subcommands') as readonly unknown[], only)) all.set(key, value);
  }
  return all;
}

describe('COMMAND DOCS', () => {
  it('says since when there is a command, and what stands in its place, as Redis does', async () => {
    const { real, listener } = servers();
    const clients = await Promise.all([RespClient.open(listener.port ?? 0, 3), RespClient.open(real.port, 3)]);
    try {
      const [actual, expected] = await Promise.all(
        clients.map(async (client) => plain(await client.command('COMMAND', 'DOCS')) as readonly unknown[]),
      );
      const ours = factsOf(actual ?? []);
      expect(ours.size).toBeGreaterThan(200);
      expect(ours).toEqual(factsOf(expected ?? [], ours));
    } finally {
      for (const client of clients) client.close();
    }
  });
});

contract('COMMAND INFO and LIST', [
  ['COMMAND', 'INFO', 'nope'],
  ['COMMAND', 'INFO', 'GET', 'nope'],
  ['COMMAND', 'INFO', 'client|ID', 'client|nope'],
  ['COMMAND', 'nope'],
  ['COMMAND', 'DOCS', 'nope'],
  ['COMMAND', 'LIST', 'FILTERBY'],
  ['COMMAND', 'LIST', 'x', 'y', 'z'],
  ['COMMAND', 'LIST', 'FILTERBY', 'x', 'y'],
  ['COMMAND', 'LIST', 'FILTERBY', 'MODULE', 'json'],
  ['COMMAND', 'LIST', 'FILTERBY', 'ACLCAT', 'nope'],
  ['COMMAND', 'COUNT', 'x'],
  { run: ['COMMAND', 'LIST', 'filterby', 'pattern', 'SETRANG*'], compare: 'sorted' },
  { run: ['COMMAND', 'LIST', 'FILTERBY', 'PATTERN', 'client|i*'], compare: 'sorted' },
  { run: ['COMMAND', 'LIST', 'FILTERBY', 'ACLCAT', 'TRANSACTION'], compare: 'sorted' },
]);

contract('COMMAND GETKEYS', [
  ['COMMAND', 'GETKEYS', 'get', 'a'],
  ['COMMAND', 'GETKEYS', 'mset', 'a', 1, 'b', 2],
  ['COMMAND', 'GETKEYS', 'get', 'a', 'b'],
  ['COMMAND', 'GETKEYS', 'ping', 'a'],
  ['COMMAND', 'GETKEYS', 'nope', 'a'],
  ['COMMAND', 'GETKEYS', 'client', 'nope'],
  ['COMMAND', 'GETKEYS', 'object', 'encoding', 'k'],
  ['COMMAND', 'GETKEYS', 'get'],
  ['COMMAND', 'GETKEYS', 'SPUBLISH', 'a', 'b'],
  ['COMMAND', 'GETKEYS', 'copy', 'a', 'b', 'REPLACE'],
  ['COMMAND', 'GETKEYSANDFLAGS', 'get', 'a'],
  ['COMMAND', 'GETKEYSANDFLAGS', 'mset', 'a', 1, 'b', 2],
  ['COMMAND', 'GETKEYSANDFLAGS', 'rename', 'a', 'b'],
  ['COMMAND', 'GETKEYSANDFLAGS', 'set', 'a', 1],
  ['COMMAND', 'GETKEYSANDFLAGS', 'set', 'a', 1, 'EX', 10, 'GET'],
]);

contract('COMMAND GETKEYS of odd lines', [
  ['COMMAND', 'GETKEYSANDFLAGS', 'SORT_RO', 'a', 'STORE', 'b'],
  ['COMMAND', 'GETKEYSANDFLAGS', 'SORT', 'a', 'STORE', 'b'],
  ['COMMAND', 'GETKEYSANDFLAGS', 'BZMPOP', '0', '2147483648', 'a', 'b'],
  ['COMMAND', 'GETKEYS', 'ZUNION', '4294967297', 'a', 'b'],
  ['COMMAND', 'GETKEYS', 'FCALL', 'f', '4294967297', 'a', 'b'],
  ['ACL', 'SETUSER', 'u', 'nopass', '+@all', '~a'],
  ['ACL', 'DRYRUN', 'u', 'get', 'b\0c'],
  ['ACL', 'DRYRUN', 'u', 'zunion', '4294967297', 'b'],
  ['ACL', 'DRYRUN', 'u', 'sort_ro', 'a', 'STORE', 'b'],
  ['ACL', 'DELUSER', 'u'],
]);

contract(
  'COMMAND GETKEYSANDFLAGS of more keys than 32 bits can count',
  [
    ['COMMAND', 'GETKEYSANDFLAGS', 'ZUNION', '4294967297', 'a', 'b'],
    ['COMMAND', 'GETKEYSANDFLAGS', 'FCALL', 'f', '4294967297', 'a', 'b'],
  ],
  // The same keys in 8.0.2, but without their flags.
  { versions: ['7.0'] },
);
