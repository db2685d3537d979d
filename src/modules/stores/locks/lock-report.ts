import type { Report } from '../../../container';
import type { LockStats } from './lock-manager';

/** What a lock manager counts, as metrics. */
export const lockReport = (stats: () => LockStats): Report => ({
  name: 'locks',
  metrics: [
    {
      name: 'respite_locks_total',
      type: 'counter',
      help: 'Locks by what became of them: acquired, refused (not had in time), released, lost.',
      labels: ['outcome'],
      collect: () => {
        const { acquired, refused, released, lost } = stats();
        return Object.entries({ acquired, refused, released, lost }).map(([outcome, value]) => ({
          labels: { outcome },
          value,
        }));
      },
    },
    {
      name: 'respite_locks_held',
      type: 'gauge',
      help: 'Locks this process holds now.',
      labels: [],
      collect: () => [{ value: stats().held }],
    },
  ],
});
