import { asOf, isIn } from '../../../../src/engine/command/versions';
import { defineContainer } from '../../../../src/engine/command/definition';
import { COMMANDS } from '../../../../src/engine/commands';
import { defineCommand } from '../../../../src/engine/commands/define-command';
import { openEngine } from '../../../../src/engine';
import { REDIS_VERSIONS, type RedisVersion } from '../../../../src/engine/redis-version';

const PLAIN = { group: 'generic', summary: 'Does nothing.', run: () => null } as const;

describe('versions', () => {
  it('has what came with it or before', () => {
    expect(isIn('7.0', '2.8.13')).toBe(true);
    expect(isIn('7.2', '7.2.0')).toBe(true);
    expect(isIn('7.2', '7.4.0')).toBe(false);
    expect(isIn('8.0', '10.0.0')).toBe(false);
  });

  it('are told apart by comparing texts', () => {
    expect([...REDIS_VERSIONS].sort()).toEqual(REDIS_VERSIONS);
  });

  it('know no command, and no subcommand, of a newer one', () => {
    const newer = defineCommand({ ...PLAIN, name: 'newer', arity: 1, flags: [], since: '7.4.0' });
    const older = defineCommand({ ...PLAIN, name: 'older', arity: 1, flags: [], since: '1.0.0' });
    const container = defineContainer({
      ...PLAIN,
      name: 'c',
      arity: -2,
      flags: [],
      since: '2.0.0',
      subcommands: [older, newer],
    });
    expect(asOf(newer, '7.2')).toBeUndefined();
    expect(asOf(newer, '8.0')).toBe(newer);
    expect(asOf(container, '7.2')?.subcommands).toEqual([older]);
    expect(asOf(container, '7.4')?.subcommands).toEqual([older, newer]);
  });

  it('have the facts of their time, the oldest change counting most', () => {
    const command = defineCommand({
      ...PLAIN,
      name: 'changed',
      arity: -4,
      flags: ['fast'],
      since: '1.0.0',
      before: { '8.0': { arity: -3 }, '7.2': { arity: 2, flags: [] } },
    });
    const facts = (version: RedisVersion) => {
      const { arity, flags } = asOf(command, version) ?? {};
      return [arity, flags];
    };
    expect(REDIS_VERSIONS.map(facts)).toEqual([
      [2, []],
      [-3, ['fast']],
      [-3, ['fast']],
      [-4, ['fast']],
    ]);
  });

  it('begin with 7.0: no command says it is newer than the newest', () => {
    expect(COMMANDS.all().filter(({ since }) => !isIn('8.0', since))).toEqual([]);
  });

  it('stay with an engine that is forked', () => {
    const engine = openEngine({ version: '7.4' });
    const fork = engine.fork({});
    expect(fork.version).toBe('7.4');
    fork.close();
    engine.close();
  });
});
