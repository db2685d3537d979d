import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createForeignProject, type ForeignProject, type RESOLUTIONS, type Strictness } from './compile';

const folder = join(__dirname, 'programs');
const programs = Object.fromEntries(
  readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const),
);

/** Compiling takes seconds. */
const PATIENCE_MS = 120_000;

describe.each(['ioredis', 'ioredis6'] as const)(
  'strict programs of others compile against the package, with %s',
  (ioredis) => {
    let project: ForeignProject;
    beforeAll(async () => {
      project = await createForeignProject(ioredis);
    });
    afterAll(() => {
      project.remove();
    });

    /** What is right for one setting only, and why. */
    function programsFor(resolution: keyof typeof RESOLUTIONS, { exactOptionalPropertyTypes }: Strictness) {
      const left = { ...programs };
      // Its RedisOptions may hold `undefined`, which BullMQ's types do not take then: such a plug-in says ProvidedBackend.
      if (exactOptionalPropertyTypes) delete left['plugin-v1.ts'];
      // They have the types of ioredis 5, of which those of 6 are not.
      if (ioredis === 'ioredis6') delete left['older-libraries.ts'];
      // `import x = require()` is CommonJS.
      if (resolution === 'bundler') delete left['drop-in-required.cts'];
      return left;
    }

    // Each takes seconds: every way to find modules, every strictness, but not all of one with all of the other.
    it.each([
      ['NodeNext, ESM', { exactOptionalPropertyTypes: true, skipLibCheck: true }],
      ['bundler', { exactOptionalPropertyTypes: false, skipLibCheck: true }],
      ['CommonJS, node10', { exactOptionalPropertyTypes: true, skipLibCheck: true }],
    ] as const)(
      '%s, %o',
      async (resolution, strictness) => {
        expect(await project.compile(programsFor(resolution, strictness), resolution, strictness)).toBe('');
      },
      PATIENCE_MS,
    );

    it(
      'the declarations of the package itself included',
      async () => {
        // Without the libraries, whose own declarations have mistakes.
        const { 'consumer.ts': consumer = '', 'drop-in.ts': dropIn = '' } = programs;
        const strictness = { exactOptionalPropertyTypes: true, skipLibCheck: false };
        const files = { 'consumer.ts': consumer, 'drop-in.ts': dropIn };
        expect(await project.compile(files, 'CommonJS, node10', strictness)).toBe('');
      },
      PATIENCE_MS,
    );
  },
);
