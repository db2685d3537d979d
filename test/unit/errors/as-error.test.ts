import { readFileSync } from 'node:fs';
import { asError } from '../../../src/errors';

describe('what was thrown, as an Error', () => {
  it('is what it was when it is one, also one of another realm, as those of Node are inside Jest', () => {
    const error = new Error('as it is');
    expect(asError(error)).toBe(error);
    try {
      readFileSync('/no/such/file');
    } catch (thrown) {
      expect(asError(thrown)).toBe(thrown);
    }
    expect.assertions(2);
  });

  it('is made of anything else', () => {
    expect(asError('text').message).toBe('text');
    expect(asError(undefined).message).toBe('undefined');
  });
});
