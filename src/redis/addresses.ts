import type * as NodeRedis from 'redis';
import { ownIdentity } from '../container/process-identity';
import { isPrivateSocket } from '../modules/cache/standalone/folder-names';
import type { NodeRedisSocket } from '../modules/cache/node-redis-options';
import { RespiteError } from '../errors';
import { handleOf, type RedisEngine } from '../redis-engine';
import { engineAt } from '../redis-engine/engine-socket';
import type { EngineRegistry } from '../redis-engine/engine-registry';

/** node-redis, as far as addresses are its own to read. */
export type NodeRedisModule = typeof NodeRedis;

/** What both majors of node-redis take to find a server; the rest is handed on. */
export interface ClientOptions {
  readonly url?: string;
  readonly socket?: SocketOptions;
}

interface SocketOptions {
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  readonly connectTimeout?: number;
  readonly socketTimeout?: number;
  readonly reconnectStrategy?: unknown;
}

/** Likewise of a cluster. */
export interface ClusterOptions {
  readonly rootNodes: readonly ClientOptions[];
  readonly defaults?: ClientOptions;
}

/** Options of a cluster's nodes: an engine has no notice of maintenance to give, and node-redis would look the host up in the DNS to ask. */
export const forNodes = (defaults: object = {}): object => ({ ...defaults, maintNotifications: 'disabled' });

/** Where converted options lead: the socket of a client's, or of the first node of a cluster's; `undefined` when they name none. */
export function pathIn(options: object): string | undefined {
  const { socket, rootNodes } = options as ClientOptions & Partial<ClusterOptions>; // of node-redis, by their factories
  return (socket ?? rootNodes?.[0]?.socket)?.path;
}

type Address = Pick<SocketOptions, 'host' | 'port' | 'path'>;

/** Puts engines of this process in the place of the servers that options name. */
export class Addresses {
  /** Sockets that clients were sent to. */
  readonly #handedOut = new Set<string>();

  constructor(
    private readonly nodeRedis: NodeRedisModule,
    private readonly registry: EngineRegistry,
  ) {}

  /** Options of a client, or what is changed of them: one that names no server then stays where it is. */
  toEngine(options: ClientOptions): object {
    const { address, rest } = this.#read(options);
    if (address.path !== undefined && isPrivateSocket(address.path, ownIdentity())) return options;
    return {
      ...rest,
      socket: this.#socketOn(handleOf(this.registry.engineFor(connectionOf(address))), options.socket),
    };
  }

  /** Options of a cluster: whatever its root nodes, it finds one that serves all slots. */
  toCluster(options: ClusterOptions): object {
    const nodes = options.rootNodes.map((node) => this.#read(node));
    const engine = handleOf(
      this.registry.clusterEngineFor(
        nodes.map(({ address }) => connectionOf(address)),
        {},
      ),
    );
    const socket = (): NodeRedisSocket => this.#socketOn(engine, options.defaults?.socket);
    const { host = 'localhost', port = 6379 } = nodes[0]?.address ?? {};
    const announced: object = { nodeAddressMap: () => ({ ...socket(), host, port }) };
    const rootNodes = nodes.map(({ rest }) => ({ ...rest, socket: socket() }));
    return { ...options, ...announced, defaults: forNodes(options.defaults), rootNodes };
  }

  /** @throws RespiteError `ENGINE_NOT_AVAILABLE` when there was an engine at this socket, and is no more */
  ensureOpen(path = ''): void {
    if (!this.#handedOut.has(path) || engineAt(path) !== undefined) return;
    throw new RespiteError('ENGINE_NOT_AVAILABLE', {
      message:
        'A client was to connect to an engine that closeEngines() has ended. Make another client, which finds a new engine.',
    });
  }

  #socketOn(engine: RedisEngine, given: SocketOptions | undefined): NodeRedisSocket {
    const socket = socketOn(engine, given);
    this.#handedOut.add(socket.path);
    return socket;
  }

  #read({ url, socket = {}, ...rest }: ClientOptions): { readonly address: Address; readonly rest: object } {
    if (url === undefined) return { address: socket, rest };
    // Of such a URL node-redis has something to say.
    const named = readUrl(url) ?? this.nodeRedis.createClient({ url }).options;
    const { address, ...credentials } = { address: undefined, ...named };
    return { address: { ...socket, ...address }, rest: { ...rest, ...credentials } };
  }
}

/** What a URL names, as both majors of node-redis read it; `undefined` when it is none that a client can be made of. */
function readUrl(url: string) {
  // A host of its own would be looked for in `unix:///run/redis.sock`, and there is none.
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^(rediss?|unix):$/.test(parsed.protocol)) return undefined;
  const { protocol, hostname, port, pathname, searchParams, username, password } = parsed;
  const isPath = protocol === 'unix:';
  const database = Number(isPath ? (searchParams.get('db') ?? '') : pathname.slice(1));
  if (Number.isNaN(database)) return undefined;
  return {
    address: isPath
      ? { path: decodeURIComponent(pathname) }
      : { host: hostname.replace(/^\[(.*)\]$/, '$1'), ...(port !== '' && { port: Number(port) }) },
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
    ...(database !== 0 && { database }),
  };
}

const connectionOf = ({ host, port, path }: Address): { host?: string; port?: number; path?: string } => ({
  ...(host !== undefined && { host }),
  ...(port !== undefined && { port }),
  ...(path !== undefined && { path }),
});

/** The engine's socket with what a client is to do on one: wait so long, connect again so often, while somebody serves it. */
function socketOn(engine: RedisEngine, theirs: SocketOptions = {}): NodeRedisSocket {
  const own = engine.nodeRedisOptions().socket as NodeRedisSocket; // as an engine has it
  const { connectTimeout, socketTimeout, reconnectStrategy: strategy } = theirs;
  return {
    ...own,
    ...(connectTimeout !== undefined && { connectTimeout }),
    ...(socketTimeout !== undefined && { socketTimeout }),
    reconnectStrategy: (...attempt: Parameters<NodeRedisSocket['reconnectStrategy']>) => {
      const decided = own.reconnectStrategy(...attempt);
      if (decided === false || strategy === undefined) return decided;
      // What node-redis takes: a function of its own arguments, or what such a function answers.
      return typeof strategy === 'function'
        ? (strategy as typeof own.reconnectStrategy)(...attempt)
        : (strategy as number);
    },
  };
}
