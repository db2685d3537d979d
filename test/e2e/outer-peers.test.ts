import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '../..');

/** Starts an application with a module of a subpath, without the packages of a scope; the error's code and words. */
async function startWithout(
  scope: string,
  subpath: string,
  module: string,
): Promise<{ code: string; message: string }> {
  const program = `
    const Module = require('node:module');
    const resolve = Module._resolveFilename;
    Module._resolveFilename = (name, ...rest) => {
      if (!name.startsWith(${JSON.stringify(scope)})) return resolve(name, ...rest);
      throw Object.assign(new Error("Cannot find module '" + name + "'"), { code: 'MODULE_NOT_FOUND' });
    };
    const { createApp, silentLogger } = require('./dist');
    const { ${module} } = require('./dist/${subpath}');
    const config = { mode: 'standalone', mcpproxy: { port: 0, token: 'token' } };
    const app = createApp({ config, configFile: false, env: {}, logger: silentLogger, modules: [${module}] });
    app.start().then(
      () => console.log('{}'),
      ({ code, message }) => console.log(JSON.stringify({ code, message })),
    );`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { cwd: ROOT });
  return JSON.parse(stdout) as { code: string; message: string }; // what the program printed
}

describe('without the packages they need', () => {
  it('the MCP proxy fails the start with the command that installs them', async () => {
    expect(await startWithout('@modelcontextprotocol/', 'mcp.js', 'mcpProxyModule')).toEqual({
      code: 'PEER_NOT_INSTALLED',
      message: expect.stringContaining('npm install @modelcontextprotocol/server@2'),
    });
  });

  it('Temporal likewise', async () => {
    expect(await startWithout('@temporalio/', 'temporal.js', 'temporalModule')).toEqual({
      code: 'PEER_NOT_INSTALLED',
      message: expect.stringContaining('npm install @temporalio/client@1'),
    });
  });
});
