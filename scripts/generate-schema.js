/** Writes schemas/config.json from the settings. `npm run schema` */
'use strict';
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { schema } = require('../dist/config/schema');
const { jsonSchemaOf } = require('../dist/config/json-schema');

writeFileSync(join(__dirname, '../schemas/config.json'), `${JSON.stringify(jsonSchemaOf(schema), null, 2)}\n`);
