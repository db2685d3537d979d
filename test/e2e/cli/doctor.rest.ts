import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { crash, PrivatePlace, stop } from '../../support/private-place';

let place: PrivatePlace;
beforeEach(() => {
  place = new PrivatePlace();
});
afterEach(() => place.remove());

/** What the command says with `--json`. */
interface Said {
  readonly code: number | null;
  readonly sound?: boolean;
  readonly pid?: number | null;
  readonly keys: number;
  readonly findings: readonly { readonly finding: string; readonly weight: string }[];
}

async function doctor(...args: string[]): Promise<Said> {
  const { code, stdout } = await place.run('doctor', ...args, '--json');
  return { code, ...(JSON.parse(stdout) as Omit<Said, 'code'>) }; // the command's own words
}

const findingsOf = ({ findings }: Said): string[] => findings.map(({ finding }) => finding);

async function fill(url: string): Promise<void> {
  const client = new Redis(url);
  for (let i = 0; i < 500; i++) await client.set(`key:${String(i)}`, 'v'.repeat(100));
  client.disconnect();
}

/** Overwrites the middle of all leaf pages but the first. */
function damage(file: string): void {
  const bytes = readFileSync(file);
  for (let at = bytes.length - 4096; at > bytes.length / 2; at -= 4096) bytes.fill(0x55, at, at + 24);
  writeFileSync(file, bytes);
}

it('looks into a directory that is in use, closed, crashed and damaged, saves it, and changes nothing', async () => {
  expect(await doctor()).toMatchObject({ code: 5, sound: false });
  const owner = await place.start('--set', 'redis.standalone.persistence.durability=always');
  await fill(owner.url);
  const inUse = await doctor();
  expect(inUse).toMatchObject({ code: 0, sound: true, pid: owner.process.pid, keys: 500 });
  expect(findingsOf(inUse)).toEqual(['in_use']);
  const client = new Redis(owner.url);
  await client.set('later', '1');
  client.disconnect();
  await crash(owner);
  const crashed = await doctor();
  expect(crashed).toMatchObject({ code: 0, sound: true, pid: null, keys: 501, journaled: 2 });
  expect(findingsOf(crashed)).toEqual(['lock_stale']);

  damage(join(place.data, 'data.mdb'));
  const before = contentOf(place.data);
  const damaged = await doctor();
  expect(damaged).toMatchObject({ code: 5, sound: false });
  expect(findingsOf(damaged)).toEqual(['lock_stale', 'data_damaged', 'saveable']);
  const { code, stdout } = await place.run('doctor', '--repair', 'saved');
  expect({ code, stdout }).toMatchObject({
    code: 5,
    stdout: expect.stringMatching(/^.*saved holds \d+ keys of .*Nothing was changed/),
  });
  expect(contentOf(place.data)).toEqual(before);
  const saved = await place.start('--data-dir', join(place.cwd, 'saved'));
  const again = new Redis(saved.url);
  expect(await again.dbsize()).toBe(Number(/holds (\d+) keys/.exec(stdout)?.[1]));
  expect(await again.get('later')).toBe('1');
  again.disconnect();
  await stop(saved);
});

it('says of a directory in use that its file is damaged, while its process has the data', async () => {
  const owner = await place.start('--set', 'redis.standalone.persistence.snapshot_interval=1h');
  await fill(owner.url);
  await place.snapshot();
  // In place: the file stays the one that is in use.
  damage(join(place.data, 'data.mdb'));
  const said = await doctor();
  expect(said).toMatchObject({ code: 5, sound: false, pid: owner.process.pid });
  expect(findingsOf(said)).toEqual(['in_use', 'data_damaged']);
});

it('says of a directory in use that nothing can be written there any more', async () => {
  const owner = await place.start('--set', 'redis.standalone.persistence.max_snapshot_size=20kb');
  await fill(owner.url);
  const said = await doctor();
  expect(said).toMatchObject({ code: 5, sound: false, pid: owner.process.pid });
  expect(findingsOf(said)).toEqual(['in_use', 'snapshot_failed']);
});

it('cannot look where it may not, and saves nothing where that cannot be', async () => {
  const owner = await place.start();
  await fill(owner.url);
  const refused = await place.run('doctor', '--repair', 'saved', '--json');
  expect(refused.code).toBe(1);
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'SNAPSHOT_LOCKED' } });
  await stop(owner);
  const whole = await place.run('doctor', '--repair', 'saved');
  expect(whole).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing was lost.') });
  const again = await place.run('doctor', '--repair', 'saved', '--json');
  expect(JSON.parse(again.stdout)).toMatchObject({ error: { code: 'REPAIR_TARGET_USED' } });
  rmSync(join(place.cwd, 'saved'), { recursive: true });
  cpSync(join(place.data, 'respite.json'), join(place.data, 'data.mdb'));
  const nothing = await place.run('doctor', '--repair', 'saved', '--json');
  expect(JSON.parse(nothing.stdout)).toMatchObject({ error: { code: 'REPAIR_NOTHING_SAVED' } });
  expect(existsSync(join(place.cwd, 'saved'))).toBe(false);
});

function contentOf(directory: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'latin1')]),
  );
}
