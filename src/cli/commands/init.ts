import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { RespiteError } from '../../errors';
import { codeOf, messageOf } from '../../modules/snapshot/system-error';
import { json } from '../render';

/** Options of `respite init`. */
export interface InitOptions {
  readonly json?: boolean;
}

/** What became of a file. */
interface Done {
  readonly file: string;
  readonly did: 'written' | 'added to' | 'left as it is';
  /** The lines that were written; of a file that was left, none. */
  readonly lines: readonly string[];
}

const PORT = 6379;

const SETTINGS = `# yaml-language-server: $schema=./node_modules/respite/schemas/config.json
# All settings: respite config show. With a real Redis: mode: distributed, and redis.url or redis.addr.
mode: standalone
redis:
  standalone:
    persistence:
      enabled: true
      data_dir: ./respite-data
    listener: # for redis-cli and other programs
      enabled: true
      port: ${String(PORT)}
`;

/** A directory that is set aside is called `respite-data.corrupt-...`. */
const IGNORED = '/respite-data*/';
const ADDRESS = `REDIS_URL=redis://127.0.0.1:${String(PORT)}`;

/**
 * Writes what a project needs into the current folder: respite.yaml, and a line each into .gitignore and .env. What is there
 * already is left as it is.
 * @returns what to print
 * @throws RespiteError `INIT_FAILED`
 */
export async function init(options: InitOptions): Promise<string> {
  const done = [
    await create('respite.yaml', SETTINGS),
    await addLine('.gitignore', IGNORED, (line) => /^\/?respite-data/.test(line)),
    await addLine('.env', ADDRESS, (line) => /^\s*(export\s+)?REDIS_URL\s*=/.test(line)),
  ];
  if (options.json === true) return json({ files: done });
  return [
    ...done.map(({ file, did, lines }) => [`${file}: ${did}`, ...(did === 'added to' ? lines : [])].join(' ')),
    'Next: respite start, or createApp() in your program.',
  ].join('\n');
}

async function create(file: string, text: string): Promise<Done> {
  try {
    await writeFile(file, text, { flag: 'wx' });
    return { file, did: 'written', lines: text.trimEnd().split('\n') };
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return { file, did: 'left as it is', lines: [] };
    throw failed(file, error);
  }
}

async function addLine(file: string, line: string, isThere: (line: string) => boolean): Promise<Done> {
  try {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (text?.split(/\r?\n/).some(isThere) === true) return { file, did: 'left as it is', lines: [] };
    const isWhole = text === undefined || text === '' || text.endsWith('\n');
    await appendFile(file, `${isWhole ? '' : '\n'}${line}\n`);
    return { file, did: text === undefined ? 'written' : 'added to', lines: [line] };
  } catch (error) {
    throw failed(file, error);
  }
}

function failed(file: string, cause: unknown): RespiteError {
  return new RespiteError('INIT_FAILED', {
    message: `${file} cannot be written here: ${messageOf(cause)}. Correct that, and run "respite init" again: what was written stays.`,
    cause,
  });
}
