import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const LIBRARY = JSON.stringify(join(__dirname, '../../dist/index.js'));
const HEAP_MB = 300;

/** Runs a script in a process with a small heap; the test command has built `dist`. Gives what the script and then PING answered. */
async function answers(script: string): Promise<string[]> {
  const program = `
    const { createApp, CacheBackend } = require(${LIBRARY});
    (async () => {
      const config = { mode: 'standalone', log: { level: 'silent' }, redis: { standalone: { script_time_limit: '10m' } } };
      const app = await createApp({ config, env: {} }).start();
      const { client } = app.get(CacheBackend);
      const shown = async (reply) => console.log(String(await reply.catch((error) => error.message)));
      await shown(client.eval(${JSON.stringify(script)}, 0));
      await shown(client.ping());
      await app.stop();
    })();`;
  const options = [`--max-old-space-size=${String(HEAP_MB)}`, '-e', program];
  const { stdout } = await promisify(execFile)(process.execPath, options, { timeout: 110_000 });
  return stdout.trim().split('\n');
}

it.each([
  'local t = {} for i = 1, 1e9 do t[i] = {} end',
  'local t = {} for i = 1, 1e9 do t[i] = function() return i end end',
  'local t = {} while true do t[#t + 1] = {pcall(string.rep, "x", 1e6)} end',
  'local t = {} while true do t[#t + 1] = ("x"):rep(1e7):upper() end',
  'return #cjson.decode("[" .. string.rep("{},", 2e7) .. "1]")',
])('a script that fills the heap is stopped, and the process lives on: %s', async (script) => {
  const [stopped, ping] = await answers(script);
  expect(stopped).toMatch(/^ERR Script stopped: it filled the process' memory\. script: [0-9a-f]{40}$/);
  expect(ping).toBe('PONG');
});

it('a script may use much memory, again and again, as long as it lets go of it', async () => {
  const [done, ping] = await answers('for i = 1, 100 do local s = ("x"):rep(1e7):upper() end return "done"');
  expect([done, ping]).toEqual(['done', 'PONG']);
});
