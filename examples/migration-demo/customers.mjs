// Customers who go on asking whatever happens to the shop, and look afterwards whether everything was answered once.
const NAMES = ['Ada', 'Bob', 'Cleo', 'Dan', 'Eve'];

export class Customers {
  asked = 0;
  #stopped = false;
  #done;

  constructor(url) {
    this.url = url;
    this.#done = Promise.all(NAMES.map((name) => this.#ask(name)));
  }

  /** Resolves when the shop has accepted so many questions more. */
  async further(count) {
    const wanted = this.asked + count;
    while (this.asked < wanted) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  /** Stops asking. @returns what came of it, once everything that was asked was answered */
  async finish() {
    this.#stopped = true;
    const sessions = await this.#done;
    const found = await Promise.all(NAMES.map((name, i) => this.#look(name, sessions[i])));
    const sum = (what) => found.reduce((total, each) => total + each[what], 0);
    return { asked: sum('asked'), answeredOnce: sum('once'), lostSessions: sum('lostSession') };
  }

  async #ask(customer) {
    let cookie = '';
    let asked = 0;
    while (!this.#stopped) {
      const answer = await this.#request(`/ask?customer=${customer}&id=${customer}-${asked}`, cookie);
      cookie = answer.cookie;
      asked += 1;
      this.asked += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return { cookie, asked };
  }

  async #look(customer, { cookie, asked }) {
    for (;;) {
      const { conversation, requests } = (await this.#request(`/conversation?customer=${customer}`, cookie)).body;
      if (conversation.length < asked) continue;
      const once = new Set(conversation.map(({ question }) => question)).size;
      return { asked, once: once === conversation.length ? once : 0, lostSession: requests > asked ? 0 : 1 };
    }
  }

  /** Asks again until there is an answer: while the shop is closed there is none. */
  async #request(path, cookie) {
    for (;;) {
      try {
        const response = await fetch(`${this.url}${path}`, { headers: { cookie }, signal: AbortSignal.timeout(5000) });
        if (response.ok) {
          return { body: await response.json(), cookie: response.headers.get('set-cookie') ?? cookie };
        }
      } catch {
        // Once more.
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
