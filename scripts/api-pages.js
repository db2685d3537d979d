/** The pages of docs/reference/api: everything an entry point exports with its declaration, from the types that are published. */
'use strict';
const { readFileSync } = require('node:fs');
const { join, relative } = require('node:path');
const ts = require('typescript');

const root = join(__dirname, '..');
const types = join(root, 'dist/types');

let made;

/** @returns {Map<string, string>} pages by the name of their file */
function apiPages() {
  made ??= makePages();
  return made;
}

function makePages() {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const entries = Object.entries(exports).filter(([, target]) => typeof target === 'object');
  const files = entries.map(([, { types: file }]) => join(root, file));
  const options = {
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    target: ts.ScriptTarget.ES2022,
  };
  const program = ts.createProgram(files, { ...options, skipLibCheck: true, types: ['node'] });
  const checker = program.getTypeChecker();
  return new Map(
    entries.map(([name], index) => [
      pageOf(name),
      page(checker, `respite${name.slice(1)}`, program.getSourceFile(files[index])),
    ]),
  );
}

/** The file of an entry point's page, by its key in "exports". */
const pageOf = (name) => `${name === '.' ? 'respite' : name.slice(2)}.md`;

function page(checker, entry, file) {
  const module = checker.getSymbolAtLocation(file);
  const described = checker
    .getExportsOfModule(module)
    .map((symbol) => ({ name: symbol.name, target: aliased(checker, symbol) }))
    .filter(({ name, target }) => name !== 'default' && declarationsOf(target).length > 0)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    `# ${entry}`,
    '',
    `What \`import { ... } from '${entry}'\` brings, as the compiler sees it. Written by \`npm run reference\`.`,
    ...described.flatMap(({ name, target }) => section(checker, name, target)),
    '',
  ].join('\n');
}

const aliased = (checker, symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);

/** Those in our own types that can be shown: not what is passed on of other packages, no whole modules. */
function declarationsOf(symbol) {
  return (symbol.declarations ?? []).filter(
    (node) => !ts.isSourceFile(node) && relative(types, node.getSourceFile().fileName)[0] !== '.',
  );
}

function section(checker, name, target) {
  const prose = ts.displayPartsToString(target.getDocumentationComment(checker)).trim();
  const tags = target.getJsDocTags(checker).map(tagLine);
  return [
    '',
    `## ${name}`,
    '',
    ...(prose === '' ? [] : [escaped(prose), '']),
    ...(tags.length === 0 ? [] : [...tags, '']),
    '```typescript',
    ...declarationsOf(target).map(declaration),
    '```',
  ];
}

function tagLine({ name, text }) {
  const said = ts.displayPartsToString(text).replace(/\s+/g, ' ').trim();
  if (name !== 'param' && name !== 'typeParam') return `- ${name}: ${escaped(said)}`;
  const [, parameter, rest] = /^(\S+) ?(?:- )?(.*)$/.exec(said) ?? [undefined, said, ''];
  return `- \`${parameter}\`: ${escaped(rest)}`;
}

/** What would be HTML, or an expression, for the site. Fragments of code need what stands around them, so they are not compiled. */
const escaped = (text) =>
  text
    .replaceAll(/^```ts$/gm, '```typescript')
    .split(/(```[^]*?```|`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll('<', '&lt;').replaceAll('{', '&#123;')))
    .join('');

/** The text of a declaration without what is private, and without the lines that only lead to it. */
function declaration(node) {
  const statement = ts.isVariableDeclaration(node) ? node.parent.parent : node;
  const text = statement
    .getText()
    .replaceAll(/^ *(?:\/\*\*(?:(?!\*\/)[^])*\*\/\s*)?(?:private |#private;).*\n/gm, '')
    .replace(/^(?:export )?(?:default )?(?:declare )?/, '')
    .trimEnd();
  const lines = text.split('\n');
  // A constant whose type repeats all of its values: the table of error codes, which has a page of its own.
  return ts.isVariableDeclaration(node) && lines.length > 60 ? [...lines.slice(0, 5), '    ...', '}'].join('\n') : text;
}

module.exports = { apiPages, pageOf };
