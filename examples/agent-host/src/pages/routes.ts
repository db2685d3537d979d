import { z } from 'zod';
import { askBody, inputBody, keyBody, loginBody, userBody } from '../http/bodies';
import type { Role } from '../users/roles';

/** A route, as the OpenAPI document and its page tell of it. A test holds that these are the routes there are. */
export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** `{name}` stands for a part of it. */
  readonly path: string;
  readonly summary: string;
  /** The least role it needs; default any user's. */
  readonly needs?: Role | 'nobody';
  readonly body?: z.ZodType;
  /** What the body is, where it is no JSON; what the answer is, where it is none. */
  readonly takes?: string;
  readonly answers?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const YAML = 'application/yaml';
const EVENTS = 'text/event-stream';
const HTML = 'text/html';

export const ROUTES: readonly Route[] = [
  // Runs
  {
    method: 'post',
    path: '/workflows/{name}/runs',
    summary: 'Starts a workflow; the body is its input.',
    body: inputBody,
    status: 201,
  },
  { method: 'post', path: '/agents/{name}/runs', summary: 'Asks an agent.', body: askBody, status: 201 },
  { method: 'get', path: '/runs', summary: 'Your runs, the newest first (?limit=50).' },
  { method: 'get', path: '/runs/{id}', summary: 'A run with its steps.' },
  {
    method: 'get',
    path: '/runs/{id}/events',
    summary: 'What happens in a run, as it happens, until it has ended.',
    answers: EVENTS,
    headers: { 'last-event-id': 'The last event seen: those after it follow, each once.' },
  },
  {
    method: 'post',
    path: '/runs/{id}/signals/{signal}',
    summary: 'Sends a signal; the body, any JSON, is what its step answers.',
    body: z.unknown(),
    status: 202,
  },
  { method: 'post', path: '/runs/{id}/cancel', summary: 'Ends a run.', status: 201 },
  {
    method: 'post',
    path: '/runs/{id}/again',
    summary: 'Starts the same workflow, as it is now, with the same input.',
    status: 201,
  },
  {
    method: 'post',
    path: '/hooks/{workflow}',
    summary: 'Starts a workflow once, however often the same delivery arrives.',
    body: inputBody,
    status: 202,
    headers: { 'idempotency-key': 'The id of the delivery.' },
  },
  // Definitions
  { method: 'get', path: '/definitions/{kind}', summary: 'The names of all tools, agents or workflows.' },
  {
    method: 'get',
    path: '/definitions/{kind}/watch',
    summary: 'First what there is, then every change.',
    answers: EVENTS,
  },
  { method: 'get', path: '/definitions/{kind}/{name}', summary: 'The YAML of one, with its ETag.', answers: YAML },
  {
    method: 'put',
    path: '/definitions/{kind}/{name}',
    summary: 'Writes one, for the next run; tools need the role admin.',
    needs: 'editor',
    takes: YAML,
    headers: { 'if-match': 'The ETag of what is replaced.' },
  },
  {
    method: 'delete',
    path: '/definitions/{kind}/{name}',
    summary: 'Removes one; tools need the role admin.',
    needs: 'editor',
    status: 204,
  },
  // Tools and conversations
  { method: 'get', path: '/tools', summary: 'All tools there are, with what they take.' },
  {
    method: 'post',
    path: '/tools/{name}/call',
    summary: 'Calls a tool, server.tool; the body is its arguments.',
    body: inputBody,
  },
  { method: 'get', path: '/conversations/{name}', summary: 'What was said in one of your conversations.' },
  { method: 'delete', path: '/conversations/{name}', summary: 'Forgets it.', status: 204 },
  // Users
  { method: 'get', path: '/me', summary: 'Who you are.' },
  { method: 'get', path: '/users', summary: 'All users.', needs: 'admin' },
  {
    method: 'post',
    path: '/users',
    summary: 'Makes a user; the answer is the only one with the key.',
    needs: 'admin',
    body: userBody,
    status: 201,
  },
  {
    method: 'post',
    path: '/users/{name}/key',
    summary: 'Makes a new key; the one before ends at once.',
    needs: 'admin',
    body: keyBody,
    status: 201,
  },
  { method: 'delete', path: '/users/{name}', summary: 'Removes a user.', needs: 'admin', status: 204 },
  // Pages and machines
  { method: 'get', path: '/', summary: 'Your runs, as a page.', needs: 'nobody', answers: HTML },
  { method: 'get', path: '/pages/runs/{id}', summary: 'A run, as a page that follows it.', answers: HTML },
  {
    method: 'post',
    path: '/pages/login',
    summary: 'Gives the browser a cookie for the pages.',
    needs: 'nobody',
    body: loginBody,
    answers: HTML,
  },
  {
    method: 'get',
    path: '/pages/live.js',
    summary: 'What the page of a run runs.',
    needs: 'nobody',
    answers: 'text/javascript',
  },
  { method: 'get', path: '/docs', summary: 'This list, as a page.', needs: 'nobody', answers: HTML },
  { method: 'get', path: '/openapi.json', summary: 'This list, as an OpenAPI document.', needs: 'nobody' },
  { method: 'get', path: '/healthz', summary: 'Whether Redis serves.', needs: 'nobody' },
];
