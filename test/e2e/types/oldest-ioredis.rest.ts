import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createForeignProject } from './compile';

it('a program compiles with the oldest ioredis of the peer range', async () => {
  const project = await createForeignProject('ioredis53');
  try {
    const text = readFileSync(join(__dirname, 'programs/node-redis.ts'), 'utf8');
    const strictness = { exactOptionalPropertyTypes: true, skipLibCheck: true };
    expect(await project.compile({ 'program.ts': text }, 'NodeNext, ESM', strictness)).toBe('');
  } finally {
    project.remove();
  }
});
