import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../settings/settings';
import { Advance } from './advance';
import { RunsStore } from './runs.store';

/** Looks after runs nobody looks after: those whose process died between two steps, and those that take too long. */
@Injectable()
export class Sweeper {
  constructor(
    private readonly store: RunsStore,
    private readonly advance: Advance,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async sweep(): Promise<void> {
    const { max_duration: limit } = this.settings.runs;
    for (const id of await this.store.active()) {
      const run = await this.store.load(id);
      if (run === undefined) continue;
      if (Date.now() - run.created <= limit) await this.advance.advance(id);
      else {
        const message = `The run took longer than ${limit} ms (runs.max_duration).`;
        await this.store.finish(run, 'failed', { error: { code: 'RUN_TIMED_OUT', message } });
      }
    }
  }
}
