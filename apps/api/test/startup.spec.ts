import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { launch, startServer, temporaryFolder } from './server.js';

/** Starts a server that must not start; what it printed, after checking exit code 1 and that no stack was shown. */
async function refusal(settings: Parameters<typeof launch>[0]): Promise<string> {
  const { output, exited } = launch({ toy: true, ...settings });
  expect(await exited).toBe(1);
  expect(output()).not.toMatch(/^\s+at /m);
  return output();
}

describe('start-up', () => {
  const folder = temporaryFolder();

  it('creates the data folder, says where it listens, and leaves no lock behind', async () => {
    const dataFolder = path.join(folder, 'a/b');
    const server = await startServer({ dataFolder, toy: true });
    expect(server.output().trim().split('\n')).toHaveLength(1);
    expect((await server.call('GET', '/readyz')).body).toEqual({ status: 'ready' });
    expect(await server.stop()).toBe(0);
    const again = await startServer({ dataFolder, toy: true });
    expect(await again.stop()).toBe(0);
  }, 60_000);

  it('refuses a data folder that another server owns, by its name and pid', async () => {
    const dataFolder = path.join(folder, 'owned');
    const server = await startServer({ dataFolder, toy: true });
    const said = await refusal({ dataFolder });
    expect(said).toContain(dataFolder);
    expect(said).toContain(`pid ${server.child.pid}`);
    await server.kill();
    const successor = await startServer({ dataFolder, toy: true });
    expect(await successor.stop()).toBe(0);
  }, 60_000);

  it('refuses a port in use', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as AddressInfo;
    expect(await refusal({ dataFolder: path.join(folder, 'port'), env: { PORT: String(port) } })).toContain(
      `port ${port} on 127.0.0.1 is in use`,
    );
    blocker.close();
  }, 30_000);

  it('refuses a data folder that cannot be made', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    expect(await refusal({ dataFolder: path.join(file, 'data') })).toContain(`cannot create the data folder ${file}/data`);
  }, 30_000);

  it('refuses a data folder that is read-only', async () => {
    const readOnly = path.join(folder, 'read-only');
    mkdirSync(readOnly);
    chmodSync(folder, 0o755);
    chmodSync(readOnly, 0o555);
    // Root may write everywhere, so there the server is started as nobody.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534 } : {};
    expect(await refusal({ dataFolder: readOnly, ...nobody })).toContain(`cannot write to the data folder ${readOnly}`);
  }, 30_000);

  it('names each bad setting', async () => {
    const said = await refusal({ dataFolder: folder, env: { PORT: 'http', SVCLAB_MAX_SANDBOXES: '0' } });
    expect(said).toContain('PORT=http: must be a whole number');
    expect(said).toContain('SVCLAB_MAX_SANDBOXES=0: ');
  }, 30_000);

  it('tells an old Node what it needs', () => {
    const main = path.resolve(import.meta.dirname, '../src/main.ts');
    const pretend = `Object.defineProperty(process.versions, 'node', { value: '18.20.4' }); await import(${JSON.stringify(main)});`;
    const loader = path.resolve(import.meta.dirname, 'typescript-loader.mjs');
    const { status, stderr } = spawnSync(process.execPath, ['--import', loader, '--input-type=module', '-e', pretend], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toBe('svclab cannot start: it needs Node 20.19 or newer, and this is Node 18.20.4.\n');
  });
});
