import { runLive } from '../live/live-rounds';
import { slice } from '../support/slice';

const { size, seed } = slice({ short: 2, long: 4, from: 'LIVE_MOVES' });

it(`live moves both ways, with a queue at work and kills before: nothing is lost or done twice (seed ${String(seed)})`, async () => {
  expect(await runLive(seed, size, 5000)).toMatchObject({ rounds: size });
});
