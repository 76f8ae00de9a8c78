import { readFileSync } from 'node:fs';
import { bench, NODE } from '../testing/fake-network.js';

const testdata = (file: string): string => readFileSync(new URL(`../testdata/nftables/${file}`, import.meta.url), 'utf8');

describe('nft', () => {
  it('lists every form as the real tool does, handles and all', () => {
    const { netfilter } = bench();
    const files: Readonly<Record<string, string>> = { '-': testdata('every-form.nft') };
    expect(netfilter.nft(NODE, ['-f', '-'], (path) => files[path])).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(netfilter.nft(NODE, ['-a', 'list', 'ruleset']).stdout).toBe(testdata('every-form.list'));
  });
});
