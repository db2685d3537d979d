import { createForeignProject, type ForeignProject } from '../types/compile';
import { blocks } from './blocks';

/** Blocks that are JavaScript, and would need more than they show to be TypeScript. */
const UNTYPED: Readonly<Record<string, string>> = {
  'docs/guides/embedding.md #2': 'members and parameters without types',
  'docs/guides/embedding.md #4': 'a token without a type',
  'docs/guides/libraries.md #2': "@types/redlock 4 does not take ioredis 5's own Redis",
  'docs/guides/libraries.md #4': '@keyv/valkey wants the type of another client',
  'docs/guides/modules.md #3': 'parameters without types',
  'docs/guides/modules.md #4': 'data of any kind',
  'docs/guides/modules.md #6': 'parameters without types',
  'docs/guides/persistence.md #1': 'it knows that persistence is on',
  'docs/guides/plugins.md #1': 'parameters without types',
  'docs/guides/plugins.md #2': 'parameters without types',
  'docs/guides/recipes.md #1': 'what fetch() answers',
  'docs/guides/recipes.md #2': '@fastify/redis 9 has the types of ioredis 6',
  'docs/guides/recipes.md #3': 'the adapter has the types of node-redis 5',
  'docs/guides/recipes.md #4': 'packages that are not installed here',
  'docs/guides/recipes.md #5': 'as above',
  'docs/guides/recipes.md #6': 'as above',
  'docs/guides/recipes.md #7': 'a variable of the environment as an address',
  'docs/guides/recipes.md #9': 'as above',
  'docs/start/tests.md #1': 'the JavaScript of the TypeScript above it',
  'docs/guides/testing.md #1': 'tokens and parameters without types',
};

/** Compiling takes seconds. */
const PATIENCE_MS = 120_000;

describe('what the documentation shows compiles, on strict settings and with the types of the libraries', () => {
  let project: ForeignProject;
  beforeAll(async () => {
    project = await createForeignProject('ioredis');
  }, PATIENCE_MS);
  afterAll(() => {
    project.remove();
  });

  it(
    'in modules of a NodeNext project',
    async () => {
      const js = blocks('js');
      expect(Object.keys(UNTYPED).filter((where) => !js.some(([name]) => name === where))).toEqual([]);
      const typed = js.filter(([where]) => !(where in UNTYPED));
      const files = Object.fromEntries([...blocks('ts'), ...typed].map(([where, { code }]) => fileOf(where, code)));
      const strictness = { exactOptionalPropertyTypes: true, skipLibCheck: true };
      expect(await project.compile(files, 'NodeNext, ESM', strictness)).toBe('');
    },
    PATIENCE_MS,
  );
});

/** Blocks of a page may import each other by the name in their first line: `// app.module.ts`. */
function fileOf(where: string, code: string): [string, string] {
  const [page = '', number = ''] = where.replaceAll('/', '-').split(' #');
  const named = /^\/\/ (\S+\.ts)\n/.exec(code)?.[1];
  return [`${page}/${named ?? `block-${number}.ts`}`, code];
}
