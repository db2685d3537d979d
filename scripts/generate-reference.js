/** Writes the pages that follow from the source: docs/reference/errors.md, commands.md, api.md and api/*.md. `npm run reference` */
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { join, relative } = require('node:path');
const ts = require('typescript');
const { COMMANDS, errorCodes } = require('../dist/internal/parts');
const { apiPages, pageOf } = require('./api-pages');

const root = join(__dirname, '..');

/** @returns {string} the page of all error codes */
function errorsPage() {
  const rows = Object.entries(errorCodes).map(([code, { means, remedy }]) => `| \`${code}\` | ${means} | ${remedy} |`);
  return [
    '# Errors',
    '',
    'Every error Respite throws on purpose is a `RespiteError` with one of these codes in `code`. Its message names what was',
    'wrong; codes are renamed or removed only in a major version. Written by `npm run reference`.',
    '',
    '| code | what it means | what to do |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** What COMMAND says of commands, and what each fact is called here. */
const FACTS = { arity: 'arity', flags: 'flags', hints: 'tips', keys: 'key specs', syntax: 'arguments' };

/** @returns {string} the page of all commands */
function commandsPage() {
  const commands = COMMANDS.all();
  const groups = [...new Set(commands.map(({ group }) => group))].sort();
  const sections = groups.flatMap((group) => {
    const rows = commands
      .filter((command) => command.group === group)
      .flatMap(rowsOf)
      .sort();
    return [
      `## ${group}`,
      '',
      '| command | since | what it does | otherwise before |',
      '|---|---|---|---|',
      ...rows,
      '',
    ];
  });
  return [
    '# Commands',
    '',
    'Every command, and the version of Redis it came with: an engine of an older `redis.standalone.version` does not know it, nor',
    'what COMMAND says of it since a later one. What commands do otherwise in a version is in',
    '[what differs](differences.md#versions). Written by `npm run reference`.',
    '',
    ...sections,
  ].join('\n');
}

function rowsOf(command) {
  const own = commandRow(command.name, command);
  return [own, ...(command.subcommands ?? []).map((each) => commandRow(`${command.name} ${each.name}`, each))];
}

function commandRow(name, { since, summary, before = {} }) {
  const changes = Object.entries(before).map(
    ([version, facts]) =>
      `${version}: ${Object.keys(facts)
        .map((fact) => FACTS[fact] ?? fact)
        .join(', ')}`,
  );
  return `| \`${name.toUpperCase()}\` | ${since} | ${summary.replaceAll('|', '\\|')} | ${changes.join('; ')} |`;
}

const KINDS = [
  [ts.SymbolFlags.Class, 'class'],
  [ts.SymbolFlags.Function, 'function'],
  [ts.SymbolFlags.Interface, 'interface'],
  [ts.SymbolFlags.TypeAlias, 'type'],
  [ts.SymbolFlags.Variable, 'constant'],
  [ts.SymbolFlags.ValueModule, 'module'],
];

/** @returns {string} the page of everything the package exports */
function apiPage() {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const entries = Object.entries(exports)
    .filter(([, target]) => typeof target === 'object')
    .map(([name, { types }]) => ({
      name: `respite${name.slice(1)}`,
      page: pageOf(name),
      file: sourceOf(types),
    }));
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    options,
  );
  const checker = program.getTypeChecker();
  const details = apiPages();
  const sections = entries.flatMap(({ name, file, page }) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file));
    const rows = checker
      .getExportsOfModule(module)
      .filter((symbol) => declaredHere(checker, symbol) && symbol.name !== 'default')
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((symbol) => row(checker, symbol, name, linkTo(page, symbol.name, details.get(page))));
    return [`## ${name}`, '', '| name | kind | what it is |', '|---|---|---|', ...rows, ''];
  });
  return [
    '# API',
    '',
    'Everything the package exports, with its declaration behind the name. Written by `npm run reference`.',
    '',
    ...sections,
  ].join('\n');
}

const resolved = (checker, symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);

/** Where something of `dist` comes from; what is written as declarations stands beside the module it describes. */
function sourceOf(types) {
  return join(root, types.replace('./dist/types/', 'src/').replace(/(drop-in|index)\.d\.ts$/, 'index.ts'));
}

/** Not what is passed on of other packages. */
function declaredHere(checker, symbol) {
  const [declaration] = resolved(checker, symbol).declarations ?? [];
  return declaration !== undefined && relative(join(root, 'src'), declaration.getSourceFile().fileName)[0] !== '.';
}

/** A namespace (`export * as`) is documented where it is exported. */
function documentationOf(checker, symbol, target) {
  const own = ts.displayPartsToString(target.getDocumentationComment(checker));
  if (own !== '' || !(target.flags & ts.SymbolFlags.ValueModule)) return own;
  const exporting = checker.getImmediateAliasedSymbol(symbol)?.declarations?.[0]?.parent;
  return exporting && ts.getTextOfJSDocComment(ts.getJSDocCommentsAndTags(exporting)[0]?.comment);
}

/** To the declaration; what is passed on of other packages has none here. */
function linkTo(page, name, text) {
  return text.includes(`\n## ${name}\n`) ? `[\`${name}\`](api/${page}#${name.toLowerCase()})` : `\`${name}\``;
}

function row(checker, symbol, module, link) {
  const target = resolved(checker, symbol);
  const [, kind = 'value'] = KINDS.find(([flag]) => target.flags & flag) ?? [];
  const text = (documentationOf(checker, symbol, target) ?? '').split(/\n\s*\n/)[0];
  const own = text.replace(/\s+/g, ' ').replaceAll('|', '\\|');
  const summary = own === '' && module === 'respite/ioredis' ? "ioredis' own." : own;
  return `| ${link} | ${kind} | ${summary} |`;
}

module.exports = { errorsPage, apiPage, apiPages, commandsPage };

if (require.main === module) {
  writeFileSync(join(root, 'docs/reference/errors.md'), errorsPage());
  writeFileSync(join(root, 'docs/reference/api.md'), apiPage());
  writeFileSync(join(root, 'docs/reference/commands.md'), commandsPage());
  for (const [file, text] of apiPages()) writeFileSync(join(root, 'docs/reference/api', file), text);
}
