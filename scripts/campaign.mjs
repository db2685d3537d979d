// Runs one campaign at full size: npm run campaign -- NAME [SIZE] [SEED]
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const folder = new URL('../test/campaigns/', import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.campaign.ts') && file !== 'campaign.ts')
  .map((file) => file.slice(0, -3));
const [name, size, seed] = process.argv.slice(2);

if (!names.includes(name) || [size, seed].some((value) => value !== undefined && !/^\d+$/.test(value))) {
  console.error(`usage: npm run campaign -- NAME [SIZE] [SEED]\nNAME is one of: ${names.join(', ')}`);
  process.exit(2);
}

/** Against redis-server 8.0.2. */
const on8 = name.endsWith('-8');
if (on8 && spawnSync('bash', ['scripts/redis-8'], { stdio: 'inherit' }).status !== 0) process.exit(1);
const { status } = spawnSync('npx', ['jest', '--selectProjects', 'campaign', '--coverage=false'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    CAMPAIGN: name,
    ...(on8 ? { REDIS_VERSION: '8.0' } : {}),
    ...(size === undefined ? {} : { CAMPAIGN_SIZE: size }),
    ...(seed === undefined ? {} : { CAMPAIGN_SEED: seed }),
  },
});
process.exit(status ?? 1);
