import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodes } from '../../../src/errors';

const SOURCE = join(__dirname, '../../../src');

describe('the registry of error codes', () => {
  it('lists every code that is thrown', () => {
    const thrown = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [...readFileSync(join(SOURCE, file), 'utf8').matchAll(/new RespiteError\(\s*'(\w+)'/g)])
      .map((match) => match[1]);
    expect(thrown.length).toBeGreaterThan(10);
    expect(thrown.filter((code) => code === undefined || !(code in errorCodes))).toEqual([]);
  });

  it('says for each what it means and what to do', () => {
    for (const { means, remedy } of Object.values(errorCodes)) {
      expect(means).toMatch(/\.$/);
      expect(remedy).toMatch(/\.$/);
    }
  });
});
