import { Admission, type Stay } from '../../../../src/modules/rest/http/admission';

const MB = 2 ** 20;

/** Lets in what asks, and keeps the order in which they were let in. */
function setup(capacity = 10 * MB) {
  const admission = new Admission(capacity);
  const inside: string[] = [];
  const enter = (name: string, bytes: number): Promise<Stay> =>
    admission.admit(bytes).then((stay) => {
      inside.push(name);
      return stay;
    });
  const settled = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) await Promise.resolve();
  };
  return { admission, inside, enter, settled };
}

it('lets in as many as there is memory for, and the others in their order once it is free again', async () => {
  const { inside, enter, settled } = setup();
  const first = await enter('first', 6 * MB);
  const second = await enter('second', 3 * MB);
  void enter('large', 5 * MB);
  void enter('small', MB);
  await settled();
  expect(inside).toEqual(['first', 'second']);
  second.leave();
  await settled();
  expect(inside).toEqual(['first', 'second']);
  first.leave();
  await settled();
  expect(inside).toEqual(['first', 'second', 'large', 'small']);
});

it('refuses what there will never be memory for', async () => {
  const { admission } = setup();
  await expect(admission.admit(11 * MB)).rejects.toMatchObject({ status: 413 });
});

it('holds up those that grow until there is room again, but the oldest', async () => {
  const { enter, settled } = setup();
  const [oldest, younger] = [await enter('oldest', MB), await enter('younger', MB)];
  const log: string[] = [];
  oldest.grow(9 * MB);
  younger.grow(9 * MB);
  void oldest.goOn().then(() => log.push('oldest'));
  void younger.goOn().then(() => log.push('younger'));
  await settled();
  expect(log).toEqual(['oldest']);
  oldest.leave();
  await settled();
  expect(log).toEqual(['oldest', 'younger']);
});

it('forgets what an ended one took', async () => {
  const { enter } = setup();
  for (let i = 0; i < 100; i++) {
    const stay = await enter(String(i), 5 * MB);
    stay.grow(50 * MB);
    stay.leave();
  }
});

it('lets others in while one only waits, and forgets what that takes afterwards, too', async () => {
  const { enter, inside } = setup();
  const waiting = await enter('waiting', 10 * MB);
  waiting.leave();
  const other = await enter('other', 10 * MB);
  waiting.grow(5 * MB);
  await waiting.goOn();
  waiting.leave();
  other.leave();
  await enter('last', 10 * MB);
  expect(inside).toEqual(['waiting', 'other', 'last']);
});
