import { spawnSync } from 'node:child_process';
import path from 'node:path';

describe('the generated client', () => {
  it('is what the API describes now', () => {
    const { status, stderr } = spawnSync(process.execPath, [path.resolve(import.meta.dirname, '../generate.mjs'), '--check'], {
      encoding: 'utf8',
    });
    expect([status, stderr.replace(/^\(node.*\n?/gm, '')]).toEqual([0, '']);
  }, 60_000);
});
