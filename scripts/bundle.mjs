/**
 * Puts the sources into the few files of `dist` that are loaded: CommonJS, a file for each entry point and for each part
 * that is loaded where it is used, and two for what they share: `core.js` and `engine.js`.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import {
  BUNDLED,
  DROP_INS,
  ENGINE,
  INTERNAL,
  MOVING,
  STAND_INS,
  PROGRAM_TEXT,
  PROGRAMS,
  PUBLISHED,
  ROOMS,
} from './entries.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const source = (path) => resolve(root, path);

/** @param {string} id of a module, as it is asked for */
const isPackage = (id) =>
  /^[^./\\\0]/.test(id) &&
  !/^[a-z]:/i.test(id) &&
  ![...BUNDLED, ...Object.keys(STAND_INS)].some((name) => id.startsWith(name));

const input = {
  cwd: root,
  platform: 'node',
  external: isPackage,
  tsconfig: source('tsconfig.json'),
  // The oldest Node of `engines`.
  transform: { target: 'node20.19' },
};
// Stack traces are to be read without a map as well: nothing is renamed. Nobody has our sources: the maps name them.
const output = { format: 'cjs', comments: false, sourcemap: true, sourcemapExcludeSources: true };

/** `require('./part')` in a module of ours: a file of its own, loaded there and not before. */
function lazyParts() {
  const names = new Map();
  return {
    name: 'lazy-parts',
    files: () => names.values(),
    async resolveId(wanted, importer, { kind }) {
      if (kind !== 'require-call' || !wanted.startsWith('.') || importer.includes('node_modules')) return null;
      const { id } = await this.resolve(wanted, importer, { skipSelf: true });
      if (!id.endsWith('.ts')) return null;
      const name = `${basename(dirname(id))}-${basename(id, '.ts')}`;
      if ((names.get(name) ?? id) !== id) throw new Error(`two parts would be ${name}.js: ${names.get(name)}, ${id}`);
      if (!names.has(name)) {
        names.set(name, id);
        this.emitFile({ type: 'chunk', id, name, fileName: `${name}.js` });
      }
      return { id: `./${name}.js`, external: true };
    },
  };
}

/** Puts texts where the sources read files: Lua scripts, the programs of the snapshots, our version. */
function texts(programs) {
  const manifest = JSON.parse(readFileSync(source('package.json'), 'utf8'));
  const script = /new Script\(__dirname, '([^']+)'/g;
  const withScripts = (code, id) =>
    code.replaceAll(script, (_, name) => {
      const lua = readFileSync(join(dirname(id), 'scripts', `${name}.lua`), 'utf8');
      return `new Script({ lua: ${JSON.stringify(lua)} }, '${name}'`;
    });
  return {
    name: 'texts',
    resolveId: (wanted) => (wanted in STAND_INS ? `\0${wanted}` : null),
    load(id) {
      if (id.slice(1) in STAND_INS) return STAND_INS[id.slice(1)];
      if (id === source('package.json')) return JSON.stringify({ version: manifest.version });
      if (id === source(PROGRAM_TEXT)) return programTexts(programs);
      return null;
    },
    transform(code, id) {
      return code.includes('new Script(__dirname') ? { code: withScripts(code, id), map: null } : null;
    },
  };
}

function programTexts(programs) {
  return `const texts = ${JSON.stringify(programs)};\nexport const programText = (name: keyof typeof texts): string => texts[name];`;
}

/**
 * Which file a module is in: `core` has what `respite` itself loads, `engine` the engine. What several parts share, and
 * neither of these loads, is in one of them all the same, depending on whether it is of the engine or needs it; but not if
 * it needs one of the engine's rooms that have a file. The rest stays in the file of the one part that needs it.
 * @param {() => string[]} parts where the files begin
 */
function placement(parts) {
  let reached;
  const engineFolder = dirname(source(ENGINE));
  const survey = (info) => {
    const from = (id, seen = new Set()) => {
      if (seen.has(id) || info(id) === null) return seen;
      seen.add(id);
      for (const next of info(id).importedIds) from(next, seen);
      return seen;
    };
    const core = from(source(PUBLISHED.index));
    if (core.has(source(ENGINE)))
      throw new Error('importing respite would load the engine: require() it where it is used');
    return { from, core, engine: from(source(ENGINE)), parts: parts().map((part) => from(part)) };
  };
  return (id, chunking) => {
    reached ??= survey((module) => chunking.getModuleInfo(module));
    if (reached.core.has(id)) return 'core';
    if (reached.engine.has(id)) return 'engine';
    if (reached.parts.filter((part) => part.has(id)).length < 2) return null;
    if (MOVING.some((folder) => id.startsWith(join(source(folder), sep)))) return null;
    const needed = [...reached.from(id)].filter((each) => !reached.engine.has(each));
    const room = ROOMS.findLast((name) => needed.some((each) => each.startsWith(join(engineFolder, name, sep))));
    if (room !== undefined) return `engine-${room}`;
    return id.startsWith(join(engineFolder, sep)) || reached.from(id).has(source(ENGINE)) ? 'engine' : null;
  };
}

/** A file takes along what its modules need, unless an earlier one has it: what is needed comes before who needs it. */
function sharedFiles(parts) {
  const fileOf = placement(parts);
  return ['core', 'engine', ...ROOMS.map((room) => `engine-${room}`)].map((file) => ({
    debugName: file,
    name: (id, chunking) => (fileOf(id, chunking) === file ? file : null),
  }));
}

/** One file with all it needs, as text. */
async function program(entry) {
  const bundle = await rolldown({ ...input, input: source(entry) });
  const { output: chunks } = await bundle.generate({ ...output, sourcemap: false, codeSplitting: false });
  await bundle.close();
  return chunks[0].code;
}

/** Never run: for those who do not run our files but read them. */
function hint({ name, moduleIds }) {
  // Node looks for the names of a CommonJS module in its text.
  if (name in DROP_INS) {
    const { like, names } = DROP_INS[name];
    return `0 && (${names.map((each) => `exports.${each} = 0, `).join('')}module.exports = require("${like}"));`;
  }
  if (!moduleIds.includes(source(PROGRAM_TEXT))) return '';
  // What the programs load, said so that @vercel/nft copies it, and no bundler takes native code in.
  const { optionalDependencies } = JSON.parse(readFileSync(source('node_modules/lmdb/package.json'), 'utf8'));
  const addons = Object.keys(optionalDependencies).filter((addon) => addon.startsWith('@lmdb/'));
  const files = addons.flatMap((addon) =>
    ['', '/node.napi.glibc.node', '/node.napi.musl.node', '/node.napi.node'].map((file) => addon + file),
  );
  const loads = ['lmdb', ...files].map((file) => `load(${JSON.stringify(file)});`);
  return `0 && ((module) => { const load = module.createRequire(__filename); ${loads.join(' ')} })();`;
}

/** What the licences of the packages in our files ask for. */
function licences(moduleIds) {
  const folder = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/;
  const packages = new Set(moduleIds.flatMap((id) => (isAbsolute(id) ? (folder.exec(id) ?? []) : [])));
  const notices = [...packages].sort().map((path) => {
    const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    const texts = readdirSync(path).filter((file) => /^(licen[cs]e|copyright|notice)/i.test(file));
    if (texts.length === 0) throw new Error(`${name} is bundled and has no licence beside it`);
    return [`${name} ${version} (${license})`, ...texts.map((file) => readFileSync(join(path, file), 'utf8'))].join(
      '\n\n',
    );
  });
  return `Parts of these packages are in the files beside this one.\n\n${notices.join(`\n\n${'-'.repeat(80)}\n\n`)}`;
}

/** Makes all of `dist` but its declarations. @returns {Promise<string[]>} the files that were written */
export async function bundleAll() {
  const programs = Object.fromEntries(
    await Promise.all(Object.entries(PROGRAMS).map(async ([name, entry]) => [name, await program(entry)])),
  );
  const lazy = lazyParts();
  const entries = Object.fromEntries(
    Object.entries({ ...PUBLISHED, ...INTERNAL }).map(([name, entry]) => [name, source(entry)]),
  );
  const parts = () => [...Object.values(entries), ...lazy.files()];
  const bundle = await rolldown({ ...input, input: entries, plugins: [lazy, texts(programs)] });
  const { output: chunks } = await bundle.write({
    ...output,
    dir: dist,
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    postFooter: hint,
    codeSplitting: { groups: sharedFiles(parts) },
  });
  await bundle.close();
  const further = {
    'THIRD-PARTY-LICENSES.txt': licences(chunks.flatMap(({ moduleIds = [] }) => moduleIds)),
    ...Object.fromEntries(Object.entries(programs).map(([name, text]) => [`internal/${name}.js`, text])),
  };
  for (const [name, text] of Object.entries(further)) writeFileSync(join(dist, name), text);
  return [...chunks.map(({ fileName }) => fileName), ...Object.keys(further)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log((await bundleAll()).join('\n'));
