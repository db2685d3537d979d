import { once } from 'node:events';
import { withDeadline } from '../../../src/container/deadline';

describe('work with a deadline', () => {
  it('answers done, failed or timed-out, and never rejects', async () => {
    expect(await withDeadline(1000, () => undefined)).toEqual({ status: 'done' });
    const failed = await withDeadline(Infinity, () => Promise.reject(new Error('broke')));
    expect(failed).toMatchObject({ status: 'failed', error: { message: 'broke' } });
    expect(await withDeadline(5, () => new Promise(() => undefined))).toEqual({ status: 'timed-out' });
  });

  it('aborts the signal of work that takes too long', async () => {
    let aborted = false;
    await withDeadline(5, async (signal) => {
      await once(signal, 'abort');
      aborted = true;
    });
    expect(aborted).toBe(true);
  });

  it('passes an abort from above on', async () => {
    const parent = new AbortController();
    const working = withDeadline(
      10_000,
      async (signal) => {
        await once(signal, 'abort');
        throw new Error('gave up');
      },
      parent.signal,
    );
    parent.abort();
    expect(await working).toMatchObject({ status: 'failed', error: { message: 'gave up' } });
  });
});
