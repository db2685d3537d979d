/**
 * An ESLint rule of the house: every export says what it is for, in TSDoc. A command's definition does so by its
 * `summary`. Constants or types one below the other, without an empty line, share the comment above the first; so do an
 * interface and a constant of one name (a contract and its token).
 */
'use strict';

/** A documentation comment with words in it. */
const isDocumentation = (comment) =>
  comment?.type === 'Block' && comment.value.startsWith('*') && /\w/.test(comment.value);

/** `defineCommand({ ..., summary: '...' })`, or whatever else makes something of that. */
function documentsItself(init) {
  if (init?.type !== 'CallExpression') return false;
  return init.arguments.some(
    (argument) =>
      documentsItself(argument) ||
      (argument.type === 'ObjectExpression' &&
        argument.properties.some((property) => property.type === 'Property' && property.key.name === 'summary')),
  );
}

/** What a declaration declares, and from what. */
function declared({ type, id, declarations }) {
  if (type !== 'VariableDeclaration') return [{ name: id?.name }];
  return declarations.map(({ id: { name = 'what is taken apart here' }, init }) => ({ name, init }));
}

/** What may stand in a list: constants, or types. */
const LISTED = new Set(['VariableDeclaration', 'TSTypeAliasDeclaration']);

module.exports = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: { missing: '"{{name}}" is exported without a word of what it is for.' },
  },
  create({ sourceCode, report }) {
    const documented = new Set();
    const missing = [];

    function isExplained(node) {
      const first = node.declaration.decorators?.[0];
      const start = first !== undefined && first.range[0] < node.range[0] ? first : node;
      if (sourceCode.getCommentsBefore(start).some(isDocumentation)) return true;
      const { body } = sourceCode.ast;
      const before = body[body.indexOf(node) - 1];
      const isNext = before?.loc.end.line === node.loc.start.line - 1;
      const isListed = LISTED.has(node.declaration.type) && before?.declaration?.type === node.declaration.type;
      return isNext && isListed && isExplained(before);
    }

    return {
      'ExportNamedDeclaration[declaration]'(node) {
        const isClear = isExplained(node);
        for (const { name, init } of declared(node.declaration)) {
          if (isClear || documentsItself(init)) documented.add(name);
          else missing.push({ node, name });
        }
      },
      'Program:exit'() {
        for (const { node, name } of missing)
          if (!documented.has(name)) report({ node, messageId: 'missing', data: { name } });
      },
    };
  },
};
