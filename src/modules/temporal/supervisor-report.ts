import type { Report } from '../../container';
import type { Supervisor } from './supervisor';

/** How the temporal program is, and what is counted of it. */
export const supervisorReport = (supervisor: Supervisor): Report => ({
  name: 'temporal',
  health: () => supervisor.health(),
  metrics: [
    {
      name: 'respite_temporal_up',
      type: 'gauge',
      help: 'Whether the temporal program beside this process serves: 1 or 0.',
      labels: [],
      collect: () => [{ value: supervisor.serving ? 1 : 0 }],
    },
    {
      name: 'respite_temporal_restarts_total',
      type: 'counter',
      help: 'How often it was started again.',
      labels: [],
      collect: () => [{ value: supervisor.restarts }],
    },
  ],
});
