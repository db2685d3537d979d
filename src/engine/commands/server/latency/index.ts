import type { LatencyEvent } from '../../../statistics/latency';
import { MapReply, VerbatimReply, type Reply } from '../../../protocol/reply';
import { defineContainer } from '../../../command/definition';
import { defineCommand } from '../../define-command';
import { error, printable } from '../../../command/errors';
import type { CommandRecord } from '../../../command/table';
import { drawSpikes } from './sparkline';

const SHARED = {
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'server',
  since: '2.8.13',
  hints: ['nondeterministic_output', 'request_policy:all_nodes', 'response_policy:special'],
} as const;

const latest = defineCommand({
  ...SHARED,
  name: 'latest',
  arity: 2,
  summary: 'Answers the latest spike of every event.',
  complexity: 'O(1)',
  run: ({ engine }) =>
    [...engine.latency.events].map(([name, { samples, max }]) => [
      name,
      samples.at(-1)?.at ?? 0,
      samples.at(-1)?.milliseconds ?? 0,
      max,
    ]),
});

const history = defineCommand({
  ...SHARED,
  name: 'history',
  arity: 3,
  summary: 'Answers the spikes of an event.',
  complexity: 'O(1)',
  syntax: 'event',
  run: ({ engine }, [, event]) =>
    (engine.latency.events.get(event)?.samples ?? []).map(({ at, milliseconds }) => [at, milliseconds]),
});

const reset = defineCommand({
  ...SHARED,
  name: 'reset',
  arity: -2,
  summary: 'Forgets the spikes of events, of all without arguments.',
  complexity: 'O(1)',
  hints: ['request_policy:all_nodes', 'response_policy:agg_sum'],
  before: { '7.2': { hints: ['request_policy:all_nodes', 'response_policy:all_succeeded'] } },
  syntax: '[event [event ...]]',
  run({ engine: { latency } }, [, ...names]) {
    const chosen = names.length === 0 ? [...latency.events.keys()] : names;
    return chosen.filter((name) => latency.events.delete(name)).length;
  },
});

const graph = defineCommand({
  ...SHARED,
  name: 'graph',
  arity: 3,
  summary: 'Draws the spikes of an event.',
  complexity: 'O(1)',
  syntax: 'event',
  run({ engine }, [, name]) {
    const event = engine.latency.events.get(name);
    if (event === undefined) throw error(`No samples available for event '${printable(name)}'`);
    return new VerbatimReply('txt', drawSpikes(name, event, Math.floor(engine.clock.now() / 1000)));
  },
});

const histogram = defineCommand({
  ...SHARED,
  name: 'histogram',
  arity: -2,
  since: '7.0.0',
  summary: 'Answers how long commands took, as cumulative counts.',
  complexity: 'O(N) in the number of commands',
  syntax: '[command [command ...]]',
  run({ engine }, [, ...names]) {
    const records =
      names.length === 0 ? engine.commands.used() : names.flatMap((name) => engine.commands.recordsOf(name));
    return new MapReply(records.flatMap(histogramOf));
  },
});

function histogramOf({ fullName, stats }: CommandRecord): Reply[] {
  const { histogram: recorded } = stats;
  if (recorded === undefined) return [];
  return [fullName, new MapReply(['calls', recorded.calls, 'histogram_usec', new MapReply(recorded.cumulative())])];
}

const doctor = defineCommand({
  ...SHARED,
  name: 'doctor',
  arity: 2,
  summary: 'Says in words what the latency monitor saw.',
  complexity: 'O(1)',
  run({ engine: { latency } }) {
    if (latency.threshold === 0 && latency.events.size === 0) {
      return new VerbatimReply(
        'txt',
        'The latency monitor is off. Turn it on with CONFIG SET latency-monitor-threshold <milliseconds>.\n',
      );
    }
    if (latency.events.size === 0) return new VerbatimReply('txt', 'No spike reached the threshold.\n');
    const lines = [...latency.events].map(([name, event], i) => `${String(i + 1)}. ${name}: ${summarize(event)}`);
    const advice = latency.events.has('command') ? ['', 'SLOWLOG GET shows which commands were slow.'] : [];
    return new VerbatimReply('txt', ['Spikes were seen:', '', ...lines, ...advice, ''].join('\n'));
  },
});

function summarize({ samples, max }: LatencyEvent): string {
  const mean = samples.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / samples.length;
  const deviation = samples.reduce((sum, { milliseconds }) => sum + Math.abs(milliseconds - mean), 0) / samples.length;
  return `${String(samples.length)} spikes, ${mean.toFixed(0)} ms on average (mean deviation ${deviation.toFixed(0)} ms), ${String(max)} ms at worst.`;
}

export const latency = defineContainer({
  name: 'latency',
  helpSince: '2.8.13',
  arity: -2,
  flags: [],
  group: 'server',
  since: '2.8.13',
  summary: 'Commands about latency.',
  subcommands: [doctor, graph, histogram, history, latest, reset],
});
