import { join } from 'node:path';
import { blocksOf } from '../docs/blocks';
import { createForeignProject } from './compile';

const NESTJS_10 = join(__dirname, '../../../node_modules/.cache/nestjs-10/node_modules/@nestjs');

it('what the guide to Nest shows compiles with the oldest of the peer range', async () => {
  const project = await createForeignProject('ioredis', NESTJS_10);
  try {
    const shown = blocksOf('docs/guides/nestjs.md').filter(({ language }) => language === 'ts');
    const files = shown.map(({ code }, i) => [/^\/\/ (\S+)\n/.exec(code)?.[1] ?? `block-${String(i)}.ts`, code]);
    const strictness = { exactOptionalPropertyTypes: true, skipLibCheck: true };
    const compiled = await project.compile(Object.fromEntries(files), 'NodeNext, ESM', strictness);
    expect(compiled).toBe('');
  } finally {
    project.remove();
  }
});
