/** What runs on the device: readings of sensors, the newest hour at most, and what somebody said to it. */
import { CacheBackend, MemoryStore } from 'respite';

const HOUR_S = 3600;

export class Device {
  #client;
  #memory;

  constructor(app) {
    this.#client = app.get(CacheBackend).client;
    this.#memory = app.get(MemoryStore);
  }

  async settings(values) {
    await this.#client.hset('settings', values);
  }

  /** @param at milliseconds since the epoch */
  async reading(sensor, at, value) {
    const minute = Math.floor(at / 60_000);
    const key = `readings:${sensor}:${minute}`;
    await this.#client.multi().rpush(key, `${at}:${value}`).expire(key, HOUR_S).exec();
  }

  /** What a sensor measured, from the oldest that is kept to the newest. */
  async history(sensor) {
    const keys = [];
    for await (const batch of this.#client.scanStream({ match: `readings:${sensor}:*`, count: 1000 }))
      keys.push(...batch);
    const minutes = keys.sort((a, b) => Number(a.split(':')[2]) - Number(b.split(':')[2]));
    return (await Promise.all(minutes.map((key) => this.#client.lrange(key, 0, -1)))).flat();
  }

  async said(text) {
    await this.#memory.append('operator', [{ role: 'user', content: text }]);
  }
}
