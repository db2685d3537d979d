import { type BeginOutcome, IdempotencyStore, webhooksModule } from '../../../../src';
import { inEveryPlace } from './places';

const HOUR_MS = 3_600_000;

inEveryPlace([webhooksModule], (place) => {
  const store = (): IdempotencyStore => place().app.get(IdempotencyStore);
  const lives = (key: string): Promise<number> => place().client.pttl(`webhooks:{${key}}:state`);

  const begin = async (key: string, ttl = HOUR_MS): Promise<string> => {
    const outcome = await store().begin(key, ttl);
    if (outcome.status !== 'started') throw new Error(`expected to start, not ${outcome.status}`);
    return outcome.token;
  };

  it('FR-9: work begins once, is in progress meanwhile, and its result is answered afterwards', async () => {
    const token = await begin('hook');
    expect(await lives('hook')).toBeGreaterThan(HOUR_MS / 2);
    expect(await store().begin('hook', HOUR_MS)).toEqual({ status: 'in-progress' });
    await store().complete('hook', token, { status: 200, body: ['ok'] });
    expect(await store().begin('hook', HOUR_MS)).toEqual({
      status: 'completed',
      result: { status: 200, body: ['ok'] },
    });
    expect(await lives('hook')).toBeGreaterThan(23 * HOUR_MS);
  });

  it('a result may be nothing, and may be kept for less long or forever', async () => {
    await store().complete('a', await begin('a'), undefined, HOUR_MS / 2);
    expect(await store().begin('a', HOUR_MS)).toEqual({ status: 'completed', result: undefined });
    expect(await lives('a')).toBeLessThanOrEqual(HOUR_MS / 2);
    await store().complete('b', await begin('b'), null, 0);
    expect(await store().begin('b', HOUR_MS)).toEqual({ status: 'completed', result: null });
    expect(await lives('b')).toBe(-1);
  });

  it('what failed can begin anew', async () => {
    await store().fail('hook', await begin('hook'));
    await store().complete('hook', await begin('hook'), 1);
    expect(await store().begin('hook', HOUR_MS)).toEqual({ status: 'completed', result: 1 });
  });

  it('of 50 that ask at once, one begins', async () => {
    const other = (await place().another()).get(IdempotencyStore);
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? store() : other).begin('hook', HOUR_MS)),
    );
    const count = (status: BeginOutcome['status']) => outcomes.filter((outcome) => outcome.status === status).length;
    expect([count('started'), count('in-progress'), count('completed')]).toEqual([1, 49, 0]);
  });

  it('an attempt whose time was over can neither complete nor fail what the next one does', async () => {
    const late = await begin('hook', 10);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await expect(store().complete('hook', late, 'late')).rejects.toMatchObject({ code: 'IDEMPOTENCY_NOT_HELD' });
    const token = await begin('hook');
    await expect(store().complete('hook', late, 'late')).rejects.toMatchObject({ code: 'IDEMPOTENCY_NOT_HELD' });
    await expect(store().fail('hook', late)).rejects.toMatchObject({ code: 'IDEMPOTENCY_NOT_HELD' });
    expect(await store().begin('hook', HOUR_MS)).toEqual({ status: 'in-progress' });
    await store().complete('hook', token, 'in time');
    await store().complete('hook', token, 'a second time');
    await expect(store().fail('hook', token)).rejects.toMatchObject({ code: 'IDEMPOTENCY_NOT_HELD' });
    expect(await store().begin('hook', HOUR_MS)).toEqual({ status: 'completed', result: 'in time' });
  });

  it('failing what nobody works on any more is no error', async () => {
    const token = await begin('hook');
    await store().fail('hook', token);
    await store().fail('hook', token);
    await begin('hook');
  });

  it('what another program wrote is a coded error', async () => {
    await place().client.set('webhooks:{s}:state', 'text');
    await expect(store().begin('s', HOUR_MS)).rejects.toMatchObject({ code: 'STORED_DATA_INVALID' });
    await place().client.hset('webhooks:{h}:state', 'result', '{');
    await expect(store().begin('h', HOUR_MS)).rejects.toMatchObject({ code: 'STORED_DATA_INVALID' });
  });

  it('input that cannot be used is refused', async () => {
    await expect(store().begin('', HOUR_MS)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(store().begin('k', 0)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(store().complete('k', '', 1)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(store().complete('k', 'token', () => 1)).rejects.toMatchObject({ code: 'VALUE_NOT_JSON' });
    await expect(store().complete('k', 'token', 'x'.repeat(2 ** 24))).rejects.toMatchObject({
      code: 'VALUE_TOO_LARGE',
    });
  });
});
