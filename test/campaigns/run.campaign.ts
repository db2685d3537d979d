import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Campaign } from './campaign';

/** Started by scripts/campaign.mjs, which checks the arguments and puts them into the environment. */
const name = process.env['CAMPAIGN'] ?? '';
const seed = Number(process.env['CAMPAIGN_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

it(`campaign ${name} (seed ${String(seed)})`, async () => {
  const { campaign } = (await import(`./${name}`)) as { campaign: Campaign };
  const size = Number(process.env['CAMPAIGN_SIZE'] ?? campaign.defaultSize);
  const started = new Date();
  const counts = await campaign.run({ seed, size });
  const report = {
    campaign: name,
    commit: execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim(),
    clean: execFileSync('git', ['status', '--porcelain', '--', 'src', 'test'], { encoding: 'utf8' }).trim() === '',
    started: started.toISOString(),
    seconds: Math.round((Date.now() - started.getTime()) / 1000),
    seed,
    size,
    unit: campaign.unit,
    node: process.version,
    ...counts,
  };
  const folder = join(__dirname, 'reports');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${started.toISOString().slice(0, 10)}-${name}.json`);
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(`${name}: ${String(size)} ${campaign.unit}, seed ${String(seed)}; report in ${file}\n`);
  expect(counts['failures'] ?? []).toEqual([]);
}, 7_200_000);
