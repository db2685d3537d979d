import { getHeapStatistics } from 'node:v8';
import { type HeapSettings, oldGeneration } from '../../../src/engine/old-generation';

const MB = 1_048_576;

function oldMb(limitMb: number, options: readonly string[] = [], more: Partial<HeapSettings> = {}): number {
  return oldGeneration({ limit: limitMb * MB, options, youngMb: undefined, memory: 4096 * MB, ...more }) / MB;
}

// What V8 said on machines of several sizes: the limit of Node 20.20 and 22.23, of 24.21, of 26.10.
it.each([
  ['512 MB of memory', 256, [259, 259, 268]],
  ['1 GB of memory', 512, [524, 560, 536]],
  ['2 GB of memory', 1024, [1048, 1120, 1072]],
  ['4 GB of memory', 2048, [2096, 2240, 2144]],
  ['24 GB of memory', 4096, [4144, 4288, 4192]],
])('is never taken to be longer than it is, nor much shorter: %s', (_, old, limits) => {
  for (const limit of limits) {
    expect(oldMb(limit)).toBeLessThanOrEqual(old);
    expect(oldMb(limit)).toBeGreaterThan(old * 0.9);
  }
});

it.each([
  ['--max-old-space-size=96', [99, 144, 192, 288]],
  ['--max_old_space_size=96', [99, 144, 192, 288]],
])('is what the process was told: %s', (option, limits) => {
  for (const limit of limits) expect(oldMb(limit, ['--enable-source-maps', option])).toBe(96);
});

it('is what was said last', () => {
  expect(oldMb(248, ['--max_old_space_size=96', '--max-old-space-size=200'])).toBe(200);
});

it('is a part of the memory where the process was told so', () => {
  expect(oldMb(602, ['--max-old-space-size-percentage=10'])).toBeCloseTo(409.6);
});

it('leaves out a young generation of any length', () => {
  expect(oldMb(4288, ['--max-semi-space-size=64'])).toBe(4096);
  expect(oldMb(480, ['--max-semi-space-size=128', '--max-old-space-size=96'])).toBe(96);
  expect(oldMb(300, ['--max-heap-size=300'])).toBeLessThan(300);
});

it('is what is left in a worker thread, which knows its young generation', () => {
  expect(oldMb(392, [], { youngMb: 192 })).toBe(200);
  expect(oldMb(4192, [], { youngMb: 96 })).toBe(4096);
});

it('passes over options that are not those of this process', () => {
  const limit = 4288;
  for (const option of ['--max-old-space-size=96', '--max-old-space-size=9000', '--max-old-space-size='])
    expect(oldMb(limit, [option])).toBe(oldMb(limit));
});

it('is below the limit of this process', () => {
  const { heap_size_limit: limit } = getHeapStatistics();
  expect(oldGeneration()).toBeLessThan(limit);
  expect(oldGeneration()).toBeGreaterThan(limit / 2);
});
