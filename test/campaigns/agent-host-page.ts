import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { HostPlace } from '../support/agent-host/place';
import { ChromiumPage } from '../support/chromium';
import { freePort } from '../support/redis-server';
import type { Campaign } from './campaign';

const WAITS = `name: waits
steps:
  - { id: first, signal: first }
  - { id: second, signal: second }
  - { id: end, set: "<b>\${steps.second.output}</b>" }
`;

/** Debian's chromium looks at the page of a run of examples/agent-host: logs in, and sees what happens, over a restart too. */
export const campaign: Campaign = {
  name: 'agent-host-page',
  defaultSize: 3,
  unit: 'runs watched in a browser',
  async run({ size }) {
    process.env['AGENT_HOST'] = execFileSync('node', [join(__dirname, '../../scripts/install-agent-host.js')], {
      encoding: 'utf8',
    }).trim();
    const failures: string[] = [];
    const place = await HostPlace.make({ HOST_LISTEN_PORT: String(await freePort()) }, { 'workflows/waits': WAITS });
    try {
      for (let n = 0; n < size; n++) failures.push(...(await watchOne(place)));
    } finally {
      await place.remove();
    }
    return { failures };
  },
};

async function watchOne(place: HostPlace): Promise<string[]> {
  const host = await place.start();
  const { id } = await host.admin.run('waits');
  const page = await ChromiumPage.open(host.url);
  try {
    await page.evaluate(
      `document.querySelector('input').value = ${JSON.stringify(host.admin.key)}; document.querySelector('form').submit()`,
    );
    await page.becomes(`document.querySelector('a[href="/pages/runs/${id}"]') !== null`);
    await page.goTo(`${host.url}/pages/runs/${id}`);
    const status = (step: string): string => `document.querySelector('[data-step=${step}]').children[1].textContent`;
    await page.becomes(`${status('first')} === 'waiting'`);
    await host.admin.post(`/runs/${id}/signals/first`, 1);
    await page.becomes(`${status('second')} === 'waiting'`);
    // The browser comes back by itself, and says which event was its last.
    await host.kill();
    const again = await place.start();
    await again.admin.post(`/runs/${id}/signals/second`, 'two');
    await page.becomes(`document.getElementById('status').textContent === 'done'`);
    const output = await page.evaluate(`document.getElementById('output').textContent`);
    if (process.env['SCREENSHOT'] !== undefined) await page.screenshot(process.env['SCREENSHOT']);
    await again.stop();
    return output === '<b>two</b>' ? [] : [`the page shows ${String(output)}`];
  } finally {
    await page.close();
  }
}
