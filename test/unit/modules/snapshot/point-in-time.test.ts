import type { SnapshotCut, SnapshotSource } from '../../../../src/engine/snapshot/source';
import { KeySet } from '../../../../src/engine/keyspace/key-set';
import { EmbeddedEngine } from '../../../../src/engine';
import { Engine } from '../../../../src/engine/engine';
import { contentsOf, type Kept, start } from '../../../support/kept-engine';
import { SeededRandom } from '../../../support/seeded-random';
import { slice } from '../../../support/slice';
import { removeTemporaryPaths, temporaryPath } from '../../../support/temporary-path';

afterAll(removeTemporaryPaths);

const KEYS = 120;
/** More than this many elements make a value of several records. */
const BIG = 1500;

/** One random change of anything, whole databases included. */
function change(run: Kept['run'], random: SeededRandom): void {
  const key = () => `k${String(random.below(KEYS))}`;
  const big = () => Array.from({ length: BIG }, (_, i) => [`f${String(i)}`, String(random.below(100))]).flat();
  random.pick<() => unknown>([
    () => run('SET', key(), String(random.next())),
    () => run('SET', key(), 'expires', 'PX', '100000000'),
    () => run('DEL', key()),
    () => run('DEL', key(), key(), key()),
    () => run('HSET', `h${String(random.below(5))}`, ...big()),
    () => run('HSET', `h${String(random.below(5))}`, 'f7', 'changed'),
    () => run('DEL', `h${String(random.below(5))}`),
    () => run('SETRANGE', `s${String(random.below(3))}`, String(random.below(200_000)), 'x'),
    () => run('RENAME', key(), key()),
    () => run('COPY', key(), key(), 'REPLACE'),
    () => run('SELECT', String(random.below(2))),
    () => (random.below(20) === 0 ? run('FLUSHDB') : run('RPUSH', `l${String(random.below(4))}`, 'x')),
    () => (random.below(20) === 0 ? run('SWAPDB', '0', '1') : run('SET', `new${String(random.below(1e6))}`, '1')),
  ])();
}

/** A source whose snapshots are read a record at a time, with changes between the records. */
function disturbed(source: SnapshotSource, onBegin: () => void, between: () => void): SnapshotSource {
  return new Proxy(source, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== 'begin') return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      return (options: { full?: boolean }): SnapshotCut => {
        const cut = target.begin(options);
        onBegin();
        return new Proxy(cut, {
          get(inner, member) {
            if (member === 'next')
              return () => {
                between();
                return inner.next(0);
              };
            const part: unknown = Reflect.get(inner, member, inner);
            return typeof part === 'function' ? (part.bind(inner) as unknown) : part;
          },
        });
      };
    },
  });
}

const { size: ROUNDS, seed } = slice({ short: 2, long: 8 });

describe('a snapshot', () => {
  it(`holds what there was when it began, whatever changes while it is read, full or not (seed ${String(seed)})`, async () => {
    const random = new SeededRandom(seed);
    const path = await temporaryPath();
    let expected = new Map() as ReadonlyMap<string, string>;
    const kept: Kept = await start(path, {
      onShutdown: false,
      through: (source) =>
        disturbed(
          source,
          () => {
            expected = contentsOf(kept);
          },
          () => {
            for (let i = random.below(3); i > 0; i--) change(kept.run, random);
          },
        ),
    });
    for (let round = 0; round < ROUNDS; round++) {
      for (let i = 0; i < 150; i++) change(kept.run, random);
      await kept.manager.snapshotNow({ full: random.below(2) === 0 });
      const wanted = expected;
      await kept.manager.stop();
      const restored = await start(path, { onShutdown: false });
      expect(contentsOf(restored)).toEqual(wanted);
      await restored.manager.stop();
      await kept.manager.start();
    }
    await kept.manager.stop();
  });

  it('is begun without looking at each key, full or not', () => {
    const engine = new Engine({ persistent: true });
    const source = new EmbeddedEngine(engine).snapshots;
    const session = engine.connect(
      { remote: '', local: '', kind: 'memory' },
      { send: () => undefined, resume: () => undefined, close: () => undefined },
    );
    for (let i = 0; i < 100; i++) engine.execute(session, 'SET', [`k${String(i)}`, 'v']);
    const add = jest.spyOn(KeySet.prototype, 'add');
    for (const full of [false, true]) {
      const cut = source.begin({ full });
      expect(add).not.toHaveBeenCalled();
      expect(cut.next(Infinity)).toBeDefined();
      cut.abort();
      add.mockClear();
    }
    add.mockRestore();
  });
});
