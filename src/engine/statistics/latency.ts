/** One spike: a second in which something took too long. */
export interface LatencySample {
  /** Seconds since the epoch. */
  readonly at: number;
  /** The longest of that second, milliseconds. */
  milliseconds: number;
}

/** The spikes of one event, the latest last. */
export interface LatencyEvent {
  readonly samples: LatencySample[];
  /** Milliseconds. */
  max: number;
}

const HISTORY = 160;

/** The latency monitor, and how command latencies are reported. */
export class Latency {
  readonly events = new Map<string, LatencyEvent>();
  /** `latency-monitor-threshold`, milliseconds; 0 = off. */
  threshold = 0;
  /** The same in microseconds, so that one comparison decides. */
  thresholdMicroseconds = Infinity;
  /** `latency-tracking`: whether commands keep histograms. */
  tracksCommands = true;
  percentiles: readonly number[] = [50, 99, 99.9];

  setThreshold(milliseconds: number): void {
    this.threshold = milliseconds;
    this.thresholdMicroseconds = milliseconds === 0 ? Infinity : milliseconds * 1000;
  }

  /** @param now milliseconds since the epoch */
  add(event: string, microseconds: number, now: number): void {
    const milliseconds = Math.trunc(microseconds / 1000);
    const at = Math.floor(now / 1000);
    let found = this.events.get(event);
    if (found === undefined) this.events.set(event, (found = { samples: [], max: 0 }));
    found.max = Math.max(found.max, milliseconds);
    const last = found.samples.at(-1);
    if (last?.at === at) {
      last.milliseconds = Math.max(last.milliseconds, milliseconds);
      return;
    }
    found.samples.push({ at, milliseconds });
    if (found.samples.length > HISTORY) found.samples.shift();
  }
}
