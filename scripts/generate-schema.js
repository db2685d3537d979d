/** Writes what follows from the settings: schemas/config.json and the table of docs/configuration/schema.md. `npm run schema` */
'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { jsonSchemaOf, listSettings, redact, schema } = require('../dist/internal/parts');

const root = join(__dirname, '..');
writeFileSync(join(root, 'schemas/config.json'), `${JSON.stringify(jsonSchemaOf(schema), null, 2)}\n`);

const row = ({ path, setting }) => {
  const { doc } = setting;
  const value = JSON.stringify(redact(setting, setting.default));
  return `| \`${path}\` | \`${value}\` | ${doc} Write ${setting.format.expected}. |`;
};
const table = ['| setting | default | meaning |', '|---|---|---|', ...listSettings(schema).map(row)].join('\n');
const guide = join(root, 'docs/configuration/schema.md');
const marked = /(<!-- settings: [^>]*-->\n)[^]*(<!-- \/settings -->)/;
writeFileSync(
  guide,
  readFileSync(guide, 'utf8').replace(marked, (_, begin, end) => `${begin}${table}\n${end}`),
);
