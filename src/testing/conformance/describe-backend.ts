import assert from 'node:assert/strict';
import type { BackendCapability, CacheBackend } from '../../modules/cache';
import { BACKEND_CASES, WITHOUT_REDIS_OPTIONS, type BackendCase } from './cases';

/** The functions of a test runner: those of Jest, Vitest, Mocha or `node:test`. */
export interface TestFunctions {
  readonly describe: (name: string, define: () => void) => unknown;
  readonly it: (name: string, run: () => Promise<void>) => unknown;
}

/** What is tested, and by whom. */
export interface DescribeBackendOptions extends Partial<TestFunctions> {
  /** What the backend says it lacks; a test holds that it says exactly this. Default: nothing. */
  readonly lacks?: readonly BackendCapability[];
}

/**
 * Declares the tests every backend has to pass; what it declares to lack is not asked of it. `create` makes a backend
 * that serves; the suite closes it. `describe` and `it` are the global ones unless they are given.
 *
 * ```ts
 * import { describe, it } from 'node:test';
 * describeBackend('acme', () => createPluginBackend(acme, { plugins: { acme: { region: 'eu' } } }), { describe, it });
 * ```
 */
export function describeBackend(
  name: string,
  create: () => CacheBackend | Promise<CacheBackend>,
  options: DescribeBackendOptions = {},
): void {
  const { lacks = [] } = options;
  const { describe, it } = testFunctions(options);
  const make = async () => create();
  const left = BACKEND_CASES.filter(({ needs }) => needs === undefined || !lacks.includes(needs));
  const cases = lacks.includes('redis-options') ? [...left, WITHOUT_REDIS_OPTIONS] : left;
  describe(`the backend ${name}`, () => {
    for (const each of [...cases, declares(lacks)]) {
      it(each.behaviour, async () => {
        const backend = await make();
        try {
          await each.run(backend, make);
        } finally {
          await backend.close();
        }
      });
    }
  });
}

function declares(lacks: readonly BackendCapability[]): BackendCase {
  return {
    behaviour: `declares that it lacks ${lacks.join(', ') || 'nothing'}`,
    async run(backend) {
      assert.deepEqual([...(backend.lacks ?? [])].sort(), [...lacks].sort());
    },
  };
}

function testFunctions({ describe, it }: Partial<TestFunctions>): TestFunctions {
  const global = globalThis as Partial<TestFunctions>;
  const functions = { describe: describe ?? global.describe, it: it ?? global.it };
  if (functions.describe === undefined || functions.it === undefined)
    throw new TypeError(
      'describeBackend() needs the functions "describe" and "it" of a test runner: pass them as options.',
    );
  return functions as TestFunctions; // both are there
}
