import { onBothHosts } from '../../support/agent-host/places';

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly summary: string; readonly requestBody?: object }>>>
  >;
}

const DEFINITIONS = {
  'workflows/markup': 'name: markup\ninput: [text]\nsteps:\n  - { id: only, set: "${input.text}" }\n',
} as const;

onBothHosts(DEFINITIONS, (running) => {
  it('has a document of exactly the routes there are', async () => {
    const { host } = running();
    const { openapi, paths } = await host.admin.get<Document>('/openapi.json');
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${path} ${method.toUpperCase()}`),
    );
    const mapped = host.said.flatMap((line) => {
      const [, path, method] = /Mapped \{(\S+), (\w+)\} route/.exec(line) ?? [];
      return path === undefined ? [] : [`${path.replaceAll(/:(\w+)/g, '{$1}')} ${method ?? ''}`];
    });
    expect(openapi).toBe('3.1.0');
    expect(documented.sort()).toEqual(mapped.sort());
    expect(paths['/agents/{name}/runs']?.['post']?.requestBody).toMatchObject({
      content: { 'application/json': { schema: { type: 'object', required: ['prompt'] } } },
    });
    expect(await host.admin.get('/docs')).toContain('/runs/{id}/signals/{signal}');
  });

  it('shows runs to who has logged in, and only reads by its cookie', async () => {
    const { host } = running();
    const { id } = await host.admin.finish('markup', { text: '<script>alert(1)</script>' });
    const login = await fetch(`${host.url}/pages/login`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ key: host.admin.key }),
    });
    const cookie = login.headers.get('set-cookie') ?? '';
    expect([login.status, login.headers.get('location')]).toEqual([303, '/']);
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    const headers = { cookie: cookie.split(';')[0] ?? '' };
    const get = async (path: string) => (await fetch(`${host.url}${path}`, { headers })).text();
    expect(await get('/')).toContain(`/pages/runs/${id}`);
    const page = await get(`/pages/runs/${id}`);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toContain('<script>alert');
    // Another site's form would send the cookie along.
    expect((await fetch(`${host.url}/workflows/hello/runs`, { method: 'POST', headers })).status).toBe(401);
    expect(await (await fetch(`${host.url}/`)).text()).toContain('API key');
    expect(await (await fetch(`${host.url}/`, { headers: { cookie: 'agent_host_key=ah.admin.x' } })).text()).toContain(
      'nobody',
    );
  });
});
