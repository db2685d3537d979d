import { Backlog } from '../../../../src/engine/replication/backlog';

it('knows what came since an offset, as far as it holds that', () => {
  const backlog = new Backlog(11);
  expect([backlog.since(10), backlog.since(11), backlog.since(12)]).toEqual([undefined, '', undefined]);
  backlog.append('hello', 100);
  backlog.append(' there', 100);
  expect([backlog.firstOffset, backlog.length]).toEqual([11, 11]);
  expect([backlog.since(11), backlog.since(14), backlog.since(22), backlog.since(23)]).toEqual([
    'hello there',
    'lo there',
    '',
    undefined,
  ]);
});

it('forgets the oldest, and holds as much as it is to, at least', () => {
  const backlog = new Backlog(1);
  let all = '';
  for (let i = 0; i < 5000; i++) {
    const text = `command ${String(i)};`;
    all += text;
    backlog.append(text, 1000);
    expect(backlog.length).toBeGreaterThanOrEqual(Math.min(all.length, 1000));
    expect(backlog.length).toBeLessThan(1000 + 20);
    expect(backlog.firstOffset + backlog.length).toBe(all.length + 1);
  }
  expect(backlog.since(backlog.firstOffset - 1)).toBeUndefined();
  expect(backlog.since(backlog.firstOffset)).toBe(all.slice(backlog.firstOffset - 1));
});

it('holds one piece that is longer than it is to hold', () => {
  const backlog = new Backlog(1);
  backlog.append('a', 10);
  backlog.append('b'.repeat(100), 10);
  expect(backlog.since(1)).toBeUndefined();
  expect(backlog.since(2)).toBe('b'.repeat(100));
});
