import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Netstack } from '@svclab/netstack';
import { compareLines, type Difference } from './compare.js';
import type { NamespaceAgent } from './namespace-agent.js';
import { rulesIn } from './observation.js';
import { onScratchNode, SCRATCH, type TextReport } from './scratch-node.js';

/** What kube-proxy writes in IPVS mode, scenario by scenario; `empty` is what it writes for every cluster. */
const GOLDENS = path.resolve(import.meta.dirname, '../../../kube-proxy/src/ipvs/testdata');

/** Text for two tools. */
interface Texts {
  readonly sets: string;
  readonly rules: string;
}

/**
 * kube-proxy's golden texts of IPVS mode through the real ipset and iptables-restore: whether they take them, and
 * whether they list them as the simulation does. IPVS itself is in no kernel of the machines at hand, so rules that
 * ask for it (`-m ipvs`) are left out, and so are virtual services.
 */
export const ipvsTexts = (): Promise<TextReport> => onScratchNode(goldenTexts(), compareTexts);

async function compareTexts({ netfilter }: Netstack, agent: NamespaceAgent, name: string, { sets, rules }: Texts): Promise<Difference[]> {
  const differences: Difference[] = [];
  const compare = (what: string, simulator: string, real: string): void => {
    if (simulator !== real) differences.push({ what: `${name}: ${what}`, simulator, kernel: real });
  };
  for (const table of ['nat', 'filter']) {
    netfilter.iptablesRestore(SCRATCH, [], `*${table}\nCOMMIT\n`);
    await agent.tool(['iptables-restore'], `*${table}\nCOMMIT\n`);
  }
  netfilter.ipset(SCRATCH, ['destroy']);
  await agent.run(['ipset', 'destroy']);
  compare(
    'ipset restore',
    netfilter.ipset(SCRATCH, ['restore', '-exist'], sets).stderr,
    (await agent.tool(['ipset', 'restore', '-exist'], sets)).stderr,
  );
  const real = await agent.tool(['iptables-restore', '--noflush', '--counters'], rules);
  compare('iptables-restore', netfilter.iptablesRestore(SCRATCH, ['--noflush', '--counters'], rules).stderr, real.stderr);
  differences.push(
    ...compareLines(
      `${name}: ipset save`,
      setLines(netfilter.ipset(SCRATCH, ['save']).stdout),
      setLines(await agent.run(['ipset', 'save'])),
    ),
  );
  for (const table of ['nat', 'filter']) {
    const ours = rulesIn(netfilter.iptablesSave(SCRATCH, ['-t', table]).stdout);
    differences.push(...compareLines(`${name}: iptables-save -t ${table}`, ours, rulesIn(await agent.run(['iptables-save', '-t', table]))));
  }
  return differences;
}

/** A set has a secret of its own, and lists its elements in an order that follows from it. */
const setLines = (saved: string): string[] =>
  saved
    .replaceAll(/ initval 0x[0-9a-f]+/g, '')
    .split('\n')
    .filter((line) => line !== '')
    .toSorted();

/** Each scenario's text joined with that of the empty cluster. */
function goldenTexts(): (readonly [name: string, texts: Texts])[] {
  const read = (file: string): Map<string, string[]> => sections(readFileSync(path.join(GOLDENS, file), 'utf8'));
  const empty = read('empty.txt');
  return readdirSync(GOLDENS)
    .filter((file) => file.endsWith('.txt'))
    .toSorted()
    .map((file) => {
      const own = file === 'empty.txt' ? new Map<string, string[]>() : read(file);
      const lines = (section: string): string[] => [...empty.get(section)!, ...(own.get(section) ?? [])];
      const table = (name: string): string => [`*${name}`, ...lines(name).filter((line) => line !== 'COMMIT'), 'COMMIT', ''].join('\n');
      const rules = (table('nat') + table('filter')).replaceAll(/^.* -m ipvs .*\n/gm, '');
      return [file.slice(0, -'.txt'.length), { sets: `${lines('sets').join('\n')}\n`, rules }] as const;
    });
}

/** Lines by what they are for: `sets`, `nat`, `filter`. */
function sections(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let current: string[] | undefined;
  const begin = (name: string): void => void found.set(name, (current = []));
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith('$ ipset restore')) begin('sets');
    else if (line.startsWith('*')) begin(line.slice(1));
    else if (line.startsWith('$')) current = undefined;
    else current?.push(line);
  }
  return found;
}
