import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodes } from '../../../src/errors';

const page = readFileSync(join(__dirname, '../../../docs/troubleshooting.md'), 'utf8');
const log = readFileSync(join(__dirname, '../../../docs/reference/log-events.md'), 'utf8');
const EVENT = /`([a-z]+(?:_[a-z]+)+)`/g;
const SETTINGS = ['data_dir', 'on_corruption', 'script_time_limit', 'max_memory_policy'];
/** Words in capitals that Redis, Node or a system says. */
const OTHERS = /^(ECONNREFUSED|EADDRINUSE|NOSCRIPT|WRONGTYPE|CROSSSLOT|MISCONF|LOADING|NOAUTH|WRONGPASS|SIGKILL)$/;

describe('docs/troubleshooting.md', () => {
  it('names only codes and events that there are', () => {
    const codes = [...page.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)].map(([code]) => code);
    expect(codes.filter((code) => !(code in errorCodes) && !code.startsWith('RESPITE_') && !OTHERS.test(code))).toEqual(
      [],
    );
    const events = [...page.matchAll(EVENT)]
      .map(([, event = '']) => event)
      .filter((event) => !SETTINGS.includes(event));
    expect(events.filter((event) => !log.includes(`| \`${event}\` |`))).toEqual([]);
    expect(events.length).toBeGreaterThan(1);
  });
});
