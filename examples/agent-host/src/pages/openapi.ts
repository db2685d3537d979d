import { z } from 'zod';
import { codes } from '../errors/codes';
import { type Route, ROUTES } from './routes';

type Json = Record<string, unknown>;

const refused = {
  description: 'Refused, with a code.',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
};

/** The OpenAPI document of the host. */
export function openApi(): Json {
  const paths: Record<string, Json> = {};
  for (const route of ROUTES) paths[route.path] = { ...paths[route.path], [route.method]: operation(route) };
  const error = {
    type: 'object',
    properties: {
      error: {
        type: 'object',
        required: ['code', 'message'],
        properties: {
          code: {
            type: 'string',
            description: `A code of the host (${Object.keys(codes).join(', ')}), or of Respite.`,
          },
          message: { type: 'string' },
          problems: { type: 'array', items: { type: 'object' } },
        },
      },
    },
  };
  return {
    openapi: '3.1.0',
    info: { title: 'Agent host', version: '0.1.0', description: 'Agents, tools and workflows on Respite.' },
    security: [{ key: [] }],
    paths,
    components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } }, schemas: { Error: error } },
  };
}

function operation({
  method,
  path,
  summary,
  needs,
  body,
  takes,
  answers = 'application/json',
  status = 200,
  headers = {},
}: Route): Json {
  const content =
    takes !== undefined
      ? { [takes]: { schema: { type: 'string' } } }
      : body && { 'application/json': { schema: schemaOf(body) } };
  return {
    operationId: `${method} ${path}`,
    summary: needs === undefined || needs === 'nobody' ? summary : `${summary} Role: ${needs}.`,
    ...(needs === 'nobody' && { security: [] }),
    parameters: [
      ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: 'string' },
      })),
      ...Object.entries(headers).map(([name, description]) => ({
        name,
        in: 'header',
        description,
        schema: { type: 'string' },
      })),
    ],
    ...(content && { requestBody: { content } }),
    responses: {
      [status]: status === 204 ? { description: 'Done.' } : { description: 'Done.', content: { [answers]: {} } },
      default: refused,
    },
  };
}

/** As it is sent, not as it is read. */
function schemaOf(body: z.ZodType): Json {
  const { $schema: _, ...schema } = z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' });
  return schema;
}
