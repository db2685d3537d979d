import { Injectable } from '@nestjs/common';
import { EventBus } from 'respite';
import { InjectRespite } from 'respite/nestjs';
import type { RunEvent } from './run';
import { RunsStore } from './runs.store';

/** How long to go without looking, should a message have been lost with a connection, in milliseconds. */
const LOOK_AGAIN_MS = 5000;

/** The events of a run, as they come. */
@Injectable()
export class RunFollower {
  constructor(
    private readonly store: RunsStore,
    @InjectRespite(EventBus) private readonly bus: EventBus,
  ) {}

  /**
   * Every event after `after` (an event's id; '0' is the beginning), each once, until the run has ended. They are read from
   * the stream; the bus only says when to look, so that nothing is lost or told twice.
   */
  async *follow(id: string, after: string, signal: AbortSignal): AsyncGenerator<RunEvent> {
    const wakeUps = await this.bus.subscribeToWorkflow(id, { signal });
    let last = after;
    let woken = wakeUps.next();
    // Asked before its events are read: of a run that has ended, they are all there.
    let over = !(await this.store.isRunning(id));
    try {
      for (;;) {
        for (const event of await this.store.events(id, last)) {
          last = event.id;
          yield event;
          if (event.type === 'finished') return;
        }
        if (over) return;
        const state = await sooner(woken, LOOK_AGAIN_MS);
        if (state === 'over' || signal.aborted) return;
        if (state === 'woken') woken = wakeUps.next();
        else over = !(await this.store.isRunning(id));
      }
    } finally {
      wakeUps.close();
    }
  }
}

async function sooner(woken: Promise<IteratorResult<unknown>>, ms: number): Promise<'woken' | 'over' | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => (timer = setTimeout(resolve, ms, 'late')));
  const next = woken.then(({ done }) => (done === true ? 'over' : 'woken') as 'over' | 'woken');
  try {
    return await Promise.race([next, late]);
  } finally {
    clearTimeout(timer);
  }
}
