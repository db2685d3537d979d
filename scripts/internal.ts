// What our own tests, benches and scripts use of the built code besides its public entry points. It is not in the package.
export { schema, listSettings, redact } from '../src/config';
export { jsonSchemaOf } from '../src/config/json-schema';
export { COMMANDS } from '../src/engine/commands';
export { Engine } from '../src/engine/engine';
export { ErrorReply } from '../src/engine';
export { errorCodes } from '../src/errors';
export { pathCounters } from '../src/modules/cache/standalone/in-process-redis';
