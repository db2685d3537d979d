import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { isBearer } from '../../http';
import type { Sdk } from '../sdk';

/** Where the proxy listens, and what opens it. */
export interface GuardOptions {
  readonly host: string;
  readonly token: string;
}

/** Who may ask for what. */
export class Guard {
  readonly #sdk: Sdk;
  readonly #options: GuardOptions;
  /** Only this machine reaches it. */
  readonly local: boolean;
  /** Names by which it may be addressed; `undefined`: any, as it listens on all addresses and always asks for the token. */
  readonly #names: string[] | undefined;

  constructor(sdk: Sdk, options: GuardOptions) {
    this.#sdk = sdk;
    this.#options = options;
    const { host } = options;
    this.local = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
    const everywhere = ['0.0.0.0', '::', ''].includes(host);
    const own = isIP(host) === 6 ? `[${host}]` : host.toLowerCase();
    this.#names = everywhere ? undefined : [...sdk.server.localhostAllowedHostnames(), own];
  }

  /**
   * Why a request is not answered: a page in somebody's browser must reach the proxy neither by its own address, nor by a
   * name that it has pointed here.
   */
  refusal({ headers: { host, origin } }: IncomingMessage): string | undefined {
    const { validateHostHeader, validateOriginHeader } = this.#sdk.server;
    if (this.#names !== undefined) {
      const checked = validateHostHeader(host, this.#names);
      if (!checked.ok) return checked.message;
    }
    const checked = validateOriginHeader(origin, this.#names ?? [hostnameOf(host)]);
    return checked.ok ? undefined : checked.message;
  }

  /** Whether a request carries the token. */
  isAuthorized({ headers }: IncomingMessage): boolean {
    return isBearer(headers.authorization, this.#options.token);
  }
}

function hostnameOf(host = ''): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : '';
}
