import { ReplyRoom } from '../../../../src/engine/commands/transactions/reply-room';
import type { CommandRecord } from '../../../../src/engine/command/table';
import { NO_ROOM } from '../../../../src/engine/keyspace/heap-room';
import { ErrorReply } from '../../../../src/engine/protocol/reply';
import { bareEngine } from '../../../support/bare-engine';

/** A heap with room for so many bytes at a time. */
function roomFor(bytes: number) {
  const asked: number[] = [];
  const reserve = (wanted: number): void => {
    asked.push(wanted);
    if (wanted > bytes) throw NO_ROOM;
  };
  return { room: new ReplyRoom({ reserve }), asked };
}

let commands: Readonly<Record<'get' | 'set' | 'del' | 'eval', CommandRecord>>;
beforeAll(() => {
  const { engine } = bareEngine();
  const find = (name: string): CommandRecord => {
    const record = engine.commands.locate(name, []);
    if (typeof record === 'string') throw new Error(record);
    return record;
  };
  commands = { get: find('get'), set: find('set'), del: find('del'), eval: find('eval') };
});

const STOPPED = new ErrorReply("ERR Script stopped: it filled the process' memory");

it('asks for nothing while replies are short', () => {
  const { room, asked } = roomFor(0);
  for (let i = 0; i < 100; i++) room.add('short');
  expect(room.refusal(commands.get)).toBeUndefined();
  expect(asked).toEqual([]);
});

it('once there is no room, runs what takes away alone, and asks no more', () => {
  const { room, asked } = roomFor(0);
  room.add('x'.repeat(100_000));
  for (let i = 0; i < 3; i++) {
    expect([commands.get, commands.set, commands.eval].map((record) => room.refusal(record))).toEqual(
      Array(3).fill(NO_ROOM),
    );
    expect(room.refusal(commands.del)).toBeUndefined();
    room.add('x'.repeat(100_000));
  }
  expect(asked).toHaveLength(1);
});

it.each([
  ['a command', NO_ROOM],
  ['a script', STOPPED],
])('%s that wanted too much by itself leaves the others alone', (_, error) => {
  const { room } = roomFor(1_000_000);
  room.add('x'.repeat(200_000));
  room.add(error);
  expect(room.refusal(commands.set)).toBeUndefined();
});

it('a script that found no room beside much that is held is the last one', () => {
  const { room, asked } = roomFor(1_000_000);
  for (let i = 0; i < 20; i++) {
    expect(room.refusal(commands.eval)).toBeUndefined();
    room.add('x'.repeat(100_000));
  }
  room.add(STOPPED);
  const before = asked.length;
  for (let i = 0; i < 3; i++) expect(room.refusal(commands.eval)).toBe(NO_ROOM);
  expect(asked).toHaveLength(before + 1);
});
