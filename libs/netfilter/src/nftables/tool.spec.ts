import { readFileSync } from 'node:fs';
import { bench, NODE } from '../testing/fake-network.js';
import { readTranscript } from '../testing/transcript.js';

const testdata = (file: string): string => readFileSync(new URL(`../testdata/nftables/${file}`, import.meta.url), 'utf8');

describe('nft', () => {
  it('lists every form as the real tool does, handles and all', () => {
    const { netfilter } = bench();
    expect(netfilter.nft(NODE, ['-f', '-'], () => testdata('every-form.nft'))).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(netfilter.nft(NODE, ['-a', 'list', 'ruleset']).stdout).toBe(testdata('every-form.list'));
  });

  it('reads back what it lists', () => {
    const { netfilter } = bench();
    const readAndList = (text: string): string => {
      netfilter.nft(NODE, ['flush', 'ruleset']);
      expect(netfilter.nft(NODE, ['-f', '-'], () => text).stderr).toBe('');
      return netfilter.nft(NODE, ['list', 'ruleset']).stdout;
    };
    // The first time, sets that have merged into one element lose their braces, as with the real tool.
    const listed = readAndList(readAndList(testdata('every-form.nft')));
    expect(readAndList(listed)).toBe(listed);
  });
});

describe('nft, as recorded from the real tool', () => {
  for (const commands of readTranscript(testdata('tool.txt'))) {
    const { netfilter } = bench();
    it.each(commands.map((recorded) => [`line ${recorded.line}: ${recorded.argv.join(' ')}`, recorded] as const))('%s', (_, recorded) => {
      const { exitCode, stdout, stderr } = netfilter.nft(NODE, recorded.argv.slice(1), () => recorded.stdin);
      expect(`${stdout}${stderr}${exitCode === 0 ? '' : `[exit ${exitCode}]\n`}`).toBe(recorded.answer);
    });
  }
});
