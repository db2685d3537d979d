import type { Report } from '../../../container';
import type { EventBusStats } from './event-bus';

const SECOND = 1000;

/** What an event bus counts, as metrics. */
export const streamingReport = (stats: () => EventBusStats): Report => ({
  name: 'streaming',
  metrics: [
    {
      name: 'respite_streaming_events_total',
      type: 'counter',
      help: 'Events: sent, received (once for each subscription), dropped for a slow consumer, malformed.',
      labels: ['outcome'],
      collect: () => {
        const { sent, received, dropped, malformed } = stats();
        return Object.entries({ sent, received, dropped, malformed }).map(([outcome, value]) => ({
          labels: { outcome },
          value,
        }));
      },
    },
    {
      name: 'respite_streaming_subscriptions',
      type: 'gauge',
      help: 'Subscriptions that are open.',
      labels: [],
      collect: () => [{ value: stats().activeSubscriptions }],
    },
    {
      name: 'respite_streaming_latency_seconds',
      type: 'summary',
      help: 'From publishing an event to receiving it; between machines as exact as their clocks.',
      labels: [],
      collect: () => {
        const { count, sum } = stats().latency;
        return [
          { suffix: '_sum', value: sum / SECOND },
          { suffix: '_count', value: count },
        ];
      },
    },
    {
      name: 'respite_streaming_latency_max_seconds',
      type: 'gauge',
      help: 'The longest of them so far.',
      labels: [],
      collect: () => [{ value: stats().latency.max / SECOND }],
    },
  ],
});
