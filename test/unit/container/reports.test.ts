import { type Report, Reports } from '../../../src/container/reports';

const named = (name: string, status: 'ok' | 'degraded' | 'down' = 'ok'): Report => ({
  name,
  health: () => ({ status, reasons: status === 'ok' ? [] : ['so it is'] }),
});

describe('what modules tell of themselves', () => {
  it('is told to who follows, early or late, until it is withdrawn', () => {
    const reports = new Reports();
    const told: string[] = [];
    const follow = (who: string) =>
      reports.follow(({ name }) => {
        told.push(`${who}+${name}`);
        return () => told.push(`${who}-${name}`);
      });
    const withdraw = reports.add(named('a'));
    const stop = follow('x');
    reports.add(named('b'));
    withdraw();
    follow('y');
    stop();
    reports.add(named('c'));
    expect(told).toEqual(['x+a', 'x+b', 'x-a', 'y+b', 'x-b', 'y+c']);
  });

  it('counts once, however often it is added', () => {
    const reports = new Reports();
    const report = named('shared', 'degraded');
    const [first, second] = [reports.add(report), reports.add(report)];
    expect(reports.health()).toEqual({ status: 'degraded', reasons: ['shared: so it is'] });
    first();
    expect(reports.health().status).toBe('degraded');
    second();
    expect(reports.health()).toEqual({ status: 'ok', reasons: [] });
  });

  it('is as well as the worst of it', () => {
    const reports = new Reports();
    for (const [name, status] of [
      ['a', 'ok'],
      ['b', 'down'],
      ['c', 'degraded'],
    ] as const)
      reports.add(named(name, status));
    reports.add({ name: 'silent' });
    expect(reports.health()).toEqual({ status: 'down', reasons: ['b: so it is', 'c: so it is'] });
  });
});
