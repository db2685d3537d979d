import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** An authority of our own and what it signed: paths of PEM files. */
export interface Certificates {
  readonly ca: string;
  /** For localhost and 127.0.0.1. */
  readonly server: KeyPair;
  /** For a client that has to show who it is. */
  readonly client: KeyPair;
  remove(): Promise<void>;
}

/** The PEM files of a certificate and its key. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

const openssl = async (...args: string[]): Promise<void> => void (await promisify(execFile)('openssl', args));

/** Makes them with openssl, valid for a day. */
export async function makeCertificates(): Promise<Certificates> {
  const directory = await mkdtemp(join(tmpdir(), 'respite-tls-'));
  const at = (name: string): string => join(directory, name);
  const ca: KeyPair = { cert: at('ca.crt'), key: at('ca.key') };
  await openssl(...newKey(ca.key), '-x509', '-days', '1', '-subj', '/CN=Respite test authority', '-out', ca.cert);
  const signed = async (name: string, extensions: string): Promise<KeyPair> => {
    const pair: KeyPair = { cert: at(`${name}.crt`), key: at(`${name}.key`) };
    await writeFile(at(`${name}.ext`), extensions);
    await openssl(...newKey(pair.key), '-subj', `/CN=${name}`, '-out', at(`${name}.csr`));
    await openssl(
      ...['x509', '-req', '-days', '1', '-in', at(`${name}.csr`), '-extfile', at(`${name}.ext`)],
      ...['-CA', ca.cert, '-CAkey', ca.key, '-CAcreateserial', '-out', pair.cert],
    );
    return pair;
  };
  return {
    ca: ca.cert,
    server: await signed('server', 'subjectAltName=DNS:localhost,DNS:redis.example,IP:127.0.0.1'),
    client: await signed('client', 'extendedKeyUsage=clientAuth'),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

function newKey(file: string): string[] {
  return ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file];
}

/** Arguments that make a redis-server talk TLS on `port` and nothing else; clients have to show a certificate. */
export function tlsArgs({ ca, server }: Certificates, port: number): string[] {
  return [
    ['--port', '0'],
    ['--tls-port', String(port)],
    ['--tls-cert-file', server.cert],
    ['--tls-key-file', server.key],
    ['--tls-ca-cert-file', ca],
  ].flat();
}
