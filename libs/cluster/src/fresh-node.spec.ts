import { readFileSync } from 'node:fs';
import path from 'node:path';
import { newWorld } from './testdata/kind-world.js';

/** `iptables -t TABLE -S` of all four tables, as the lab document shows it for a fresh cluster. */
const capture = (node: string): string => readFileSync(path.join(import.meta.dirname, 'testdata', `iptables-${node}.txt`), 'utf8');

/** Docker's resolver listens on ports that the kernel chose. */
const withoutResolverPorts = (text: string): string => text.replace(/(?<=127\.0\.0\.11:|--sport )\d{5}\b/g, 'PORT');

const asSet = (text: string): string[] =>
  withoutResolverPorts(text)
    .split('\n')
    .filter((line) => line !== '')
    .toSorted();

describe('the rules of a fresh node', () => {
  const world = newWorld();

  it.each(['control-plane', 'worker'])('are those of the capture line for line: %s', (role) => {
    const printed = ['filter', 'nat', 'mangle', 'raw']
      .map((table) => {
        const result = world.net.netfilter.iptables(`node/myk8s-${role}`, ['-t', table, '-S']);
        expect(result).toMatchObject({ exitCode: 0, stderr: '' });
        return `>> IPTables Type : ${table} <<\n${result.stdout}\n`;
      })
      .join('');
    expect(asSet(printed)).toEqual(asSet(capture(role)));
  });

  it('are alike in their order but for what a kube-proxy draws', () => {
    const lines = (text: string): string[] =>
      withoutResolverPorts(text)
        .split('\n')
        .filter((line) => /^-[PN] |^-A (?!KUBE-S)/.test(line));
    const printed = ['filter', 'nat', 'mangle', 'raw']
      .map((table) => world.net.netfilter.iptables('node/myk8s-worker', ['-t', table, '-S']).stdout)
      .join('');
    expect(lines(printed)).toEqual(lines(capture('worker')));
  });

  it.each([1, 2, 77, 4_000_000_000])('do not depend on the seed: %i', (seed) => {
    const other = newWorld({ seed });
    const printed = other.net.netfilter.iptables('node/myk8s-worker2', ['-t', 'nat', '-S']).stdout;
    const captured = capture('worker').split('>> IPTables Type : nat <<')[1]!.split('>> IPTables')[0]!;
    expect(asSet(printed)).toEqual(asSet(captured));
  });
});
