// What `respite/ioredis` loads: like ioredis a plain CommonJS module that is the class itself, without the __esModule
// mark by which bundlers would look for another `default`. Written out so that Node finds the names for `import { ... }`;
// a static of the class is none by itself.
// eslint-disable-next-line @typescript-eslint/no-unsafe-member-access -- exactly this is looked for
exports.createClient = undefined;
module.exports = require('./index') as unknown;
