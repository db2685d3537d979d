import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import { crash, PrivatePlace, stop } from '../support/private-place';

let place: PrivatePlace;
beforeEach(() => {
  place = new PrivatePlace();
});
afterEach(() => place.remove());

function connect(): Redis {
  return new Redis(place.holder().sockets.redis, { retryStrategy: null });
}

/** The folder that the owner of the data directory has its sockets in. */
const folder = (): string => dirname(place.holder().sockets.redis);
const folders = (): string[] =>
  readdirSync(place.tmp)
    .filter((name) => name.startsWith('respite-'))
    .sort();

describe('the private socket of a process with a data directory', () => {
  it('is for its user alone, and gone with the process', async () => {
    const owner = await place.start();
    const { redis, control } = place.holder().sockets;
    expect(folders()).toEqual([basename(dirname(redis))]);
    const mode = (path: string) => statSync(path).mode & 0o777;
    expect([mode(dirname(redis)), mode(redis), mode(control)]).toEqual([0o700, 0o600, 0o600]);
    await stop(owner);
    expect(folders()).toEqual([]);
  });

  it('asks for no password and forbids nothing, also after RESET and whatever becomes of the users', async () => {
    await place.start('--password', 'secret');
    const client = connect();
    expect(await client.call('ACL', 'WHOAMI')).toBe('default');
    await client.call('ACL', 'SETUSER', 'default', 'off', 'resetkeys', 'nocommands');
    expect(await client.call('RESET')).toBe('RESET');
    await client.set('a', '1');
    const another = connect();
    expect(await another.get('a')).toBe('1');
    await another.call('ACL', 'SETUSER', 'reader', 'on', 'nopass', '+get', '~*');
    await another.call('AUTH', 'reader', 'any');
    await expect(another.set('a', '2')).rejects.toThrow('NOPERM');
    another.disconnect();
    client.disconnect();
  });

  it('lets an operator in where maxclients lets nobody in', async () => {
    const { url } = await place.start();
    const client = connect();
    await client.config('SET', 'maxclients', '1');
    const refused = new Redis(url, { retryStrategy: null, maxRetriesPerRequest: 0 });
    refused.on('error', () => undefined);
    await expect(refused.ping()).rejects.toThrow();
    const another = connect();
    expect(await another.ping()).toBe('PONG');
    expect(await another.client('LIST')).toMatch(/addr=\/.*\/redis:0 .*flags=U/);
    refused.disconnect();
    another.disconnect();
    client.disconnect();
  });

  it('is no port: without a listener there is none', async () => {
    await place.start('--set', 'redis.standalone.listener.enabled=false');
    const client = connect();
    expect(await client.info('server')).toMatch(/tcp_port:0\r/);
    client.disconnect();
  });

  it('is not there without a data directory', async () => {
    await place.start('--set', 'redis.standalone.persistence.enabled=false');
    expect(folders()).toEqual([]);
  });

  it.each([
    ['paths there are too long for a socket', 'x'.repeat(90), mkdirSync],
    ['it is none', 'file', (path: string) => writeFileSync(path, '')],
  ])('is in /tmp instead of the temporary directory when %s', async (_, name, make) => {
    place.tmp = join(place.cwd, name);
    make(place.tmp);
    const owner = await place.start();
    expect(dirname(folder())).toBe('/tmp');
    const left = folder();
    const client = connect();
    expect(await client.ping()).toBe('PONG');
    client.disconnect();
    await stop(owner);
    expect(existsSync(left)).toBe(false);
  });
});

describe('the folders of processes that are gone', () => {
  it('are removed by the next start; those that are served stay', async () => {
    const living = await place.start('--data-dir', join(place.cwd, 'other'));
    const [served] = folders();
    const killed = await place.start();
    const left = basename(folder());
    await crash(killed);
    expect(folders()).toEqual([served, left].sort());
    await place.start();
    expect(folders()).toEqual([served, basename(folder())].sort());
    await stop(living);
  });

  it('stay when something else is in them, when they are links, and when somebody serves there', async () => {
    const killed = await place.start();
    const left = folder();
    await crash(killed);
    const likeIt = (end: string): string => left.replace(/.{6}$/, end);
    const withFile = likeIt('000001');
    mkdirSync(withFile);
    writeFileSync(join(withFile, 'redis'), 'precious');
    const withOther = likeIt('000002');
    mkdirSync(withOther);
    writeFileSync(join(withOther, 'letters.txt'), 'precious');
    const victim = join(place.cwd, 'victim');
    mkdirSync(victim);
    symlinkSync(victim, likeIt('000003'));
    const servedFolder = likeIt('000004');
    mkdirSync(servedFolder);
    const server = await listen(join(servedFolder, 'control'));
    const unreadable = likeIt('xxxxxx');
    mkdirSync(unreadable);
    await place.start();
    const kept = [withFile, withOther, likeIt('000003'), servedFolder, unreadable].map((path) => basename(path));
    expect(folders()).toEqual([...kept, basename(folder())].sort());
    await new Promise((resolve) => server.close(resolve));
  });

  it('of a process that cannot be asked for go by their sockets: when nobody has served them for a while', async () => {
    const killed = await place.start();
    const left = folder();
    await crash(killed);
    const elsewhere = (end: string): string => left.replace(/respite-.{8}/, 'respite-00000000').replace(/.{6}$/, end);
    const abandoned = elsewhere('000001');
    renameSync(left, abandoned);
    utimesSync(abandoned, 1, 1);
    const beingMade = elsewhere('000002');
    mkdirSync(beingMade);
    utimesSync(beingMade, 1, 1);
    await place.start();
    expect(folders()).toEqual([beingMade, folder()].map((path) => basename(path)).sort());
  });
});

function listen(path: string): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.resume().end()).listen(path, () => {
      resolve(server);
    });
  });
}
