import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { textOf } from '@svclab/sim';
import { ArchiveError, readArchive, writeArchive, type Member } from './archive.js';

const LONG = `${'deep/'.repeat(30)}file`;
const MEMBERS: readonly Member[] = [
  { name: 'dir', content: undefined },
  { name: 'dir/한글.txt', content: 'text\n' },
  { name: 'bytes', content: textOf(Uint8Array.of(0, 1, 255, 254, 0xed, 0xa0)) },
  { name: 'empty', content: '' },
  { name: LONG, content: 'x'.repeat(1000) },
];

describe('tar archives', () => {
  it('are read back as they were written', () => {
    expect(readArchive(writeArchive(MEMBERS, 1))).toEqual(MEMBERS);
    const name = fc.stringMatching(/^[a-z]{1,60}(\/[a-z]{1,60}){0,4}$/);
    const content = fc.option(
      fc.uint8Array({ maxLength: 2000 }).map((bytes) => textOf(bytes)),
      { nil: undefined },
    );
    fc.assert(
      fc.property(fc.array(fc.record({ name, content }), { minLength: 1 }), (members) => {
        expect(readArchive(writeArchive(members, 1_700_000_000))).toEqual(members);
      }),
    );
  });

  it('are understood by the tar of this machine, and its own are understood here', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'svclab-tar-'));
    try {
      writeFileSync(path.join(folder, 'ours.tar'), writeArchive(MEMBERS, 1));
      execFileSync('tar', ['-xf', 'ours.tar'], { cwd: folder });
      expect(readFileSync(path.join(folder, 'bytes'))).toEqual(Buffer.of(0, 1, 255, 254, 0xed, 0xa0));
      expect(readFileSync(path.join(folder, LONG), 'utf8')).toHaveLength(1000);
      for (const format of ['ustar', 'gnu', 'pax']) {
        const theirs = execFileSync('tar', ['-c', `--format=${format}`, 'dir', 'bytes', LONG], { cwd: folder });
        const expected = [MEMBERS[0], MEMBERS[1], MEMBERS[2], MEMBERS[4]];
        expect(readArchive(theirs)).toEqual(expected);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('are refused where they are none, or end too early', () => {
    expect(() => readArchive(Buffer.alloc(512, 'x'))).toThrow(ArchiveError);
    expect(() => readArchive(Buffer.from('short'))).toThrow(ArchiveError);
    expect(() => readArchive(writeArchive([{ name: 'a', content: 'x'.repeat(600) }], 1).subarray(0, 1000))).toThrow('Unexpected EOF');
  });
});
