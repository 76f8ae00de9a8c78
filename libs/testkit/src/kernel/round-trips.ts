import { Netstack } from '@svclab/netstack';
import { Sim } from '@svclab/sim';
import { compareLines, type Difference } from './compare.js';
import { Draw } from './draw.js';
import { KernelNetwork } from './kernel-network.js';
import type { NamespaceAgent } from './namespace-agent.js';
import { rulesIn } from './observation.js';
import { generateRule, type RulePlace, type RulePools } from './rule-generator.js';

/** A rule as it was generated. */
interface WrittenRule extends RulePlace {
  readonly text: string;
}

export interface RoundTripReport {
  /** Rules that both took and printed back. */
  readonly rules: number;
  readonly differences: readonly Difference[];
}

const NETNS = 'node/scratch';
const PLACES: readonly RulePlace[] = [
  ...(['PREROUTING', 'OUTPUT'] as const).map((hook) => ({ table: 'raw' as const, hook })),
  ...(['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'] as const).map((hook) => ({ table: 'mangle' as const, hook })),
  ...(['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'] as const).map((hook) => ({ table: 'nat' as const, hook })),
  ...(['INPUT', 'FORWARD', 'OUTPUT'] as const).map((hook) => ({ table: 'filter' as const, hook })),
];
/** In the order in which iptables-save prints them. */
const TABLES = ['mangle', 'raw', 'filter', 'nat'] as const;
const POOLS: RulePools = {
  addresses: ['10.10.0.5', '10.10.1.2', '172.18.0.3', '192.168.1.77', '10.10.1.200'],
  prefixes: ['10.10.0.0/16', '10.10.1.2', '172.18.0.0/255.255.0.0', '0.0.0.0/0', '192.168.1.64/26', '127.0.0.0/8'],
  ports: [1, 53, 80, 443, 8080, 9000, 30080, 65535],
  portRanges: true,
  interfaces: ['eth0', 'veth+', 'lo', 'br-kind', 'e+'],
  chains: ['U0', 'U1'],
  own: ['172.18.0.3', '10.10.1.1'],
  servers: ['10.10.1.2:80', '10.10.2.2:8080', '172.18.0.2:6443'],
  networks: ['10.10.2.0/24', '10.20.0.0/16'],
  macs: ['02:42:AC:12:00:02', '0a:58:0a:0a:01:02'],
  sets: [
    { name: 'addresses', sides: ['src', 'dst'] },
    { name: 'pairs', sides: ['src,dst', 'dst,dst', 'src,src'] },
  ],
  accounts: ['one', 'two'],
};
const SETS = 'create addresses hash:ip\ncreate pairs hash:ip,port\n';
const BATCH = 80;

/**
 * Generated rules through the simulator's tools and through the real ones: what each prints, and
 * what each makes of the other's text. Every rule that only one of the two takes is a difference.
 */
export async function roundTrips(seed: number, count: number): Promise<RoundTripReport> {
  const sim = new Sim();
  const net = new Netstack(sim);
  sim.beginEntry(1);
  sim.initialise({ seed, startUs: 0 });
  net.addNamespace({ name: NETNS, kind: 'node' });
  const kernel = await KernelNetwork.build(net);
  try {
    const agent = kernel.agent(NETNS);
    net.netfilter.ipset(NETNS, ['restore'], SETS);
    await agent.run(['ipset', 'restore'], SETS);
    for (const name of POOLS.accounts) {
      net.netfilter.nfacct(NETNS, ['add', name]);
      await agent.run(['nfacct', 'add', name]);
    }
    const tools = new ToolPair(net, agent);
    const draw = new Draw(seed, 'round-trips');
    const differences: Difference[] = [];
    let rules = 0;
    for (let done = 0; done < count; done += BATCH) {
      const written = Array.from({ length: Math.min(BATCH, count - done) }, (): WrittenRule => {
        const place = draw.pick(PLACES);
        return { ...place, text: generateRule(draw, POOLS, place, { purpose: 'text' }) };
      });
      const report = await tools.compare(written);
      rules += report.rules;
      differences.push(...report.differences);
    }
    return { rules, differences };
  } finally {
    await kernel.remove();
  }
}

/** The same tools twice: simulated and real, each over an empty namespace of its own. */
class ToolPair {
  constructor(
    private readonly net: Netstack,
    private readonly agent: NamespaceAgent,
  ) {}

  async compare(written: readonly WrittenRule[]): Promise<RoundTripReport> {
    const differences: Difference[] = [];
    const ours = written.filter((rule) => this.#refusal(rule) === undefined);
    for (const rule of written.filter((each) => !ours.includes(each))) differences.push(...(await this.#compareRefusal(rule)));
    const taken = await this.#takenByKernel(ours, differences);
    const text = restoreText(taken);
    const simulated = this.#simulate(text);
    const real = await this.#realise(text);
    differences.push(...compareLines('iptables-save of the same rules', simulated, real));
    differences.push(
      ...compareLines('real iptables-restore of the simulator’s text', simulated, await this.#realise(simulated.join('\n') + '\n')),
    );
    differences.push(...compareLines('simulated iptables-restore of the real text', this.#simulate(real.join('\n') + '\n'), real));
    for (const table of TABLES) {
      for (const options of [['-S'], ['-L', '-n'], ['-L', '-v', '-n', '-x']]) {
        const argv = ['-t', table, ...options];
        const listed = this.net.netfilter.iptables(NETNS, argv).stdout.split('\n');
        differences.push(...compareLines(`iptables ${argv.join(' ')}`, listed, (await this.agent.run(['iptables', ...argv])).split('\n')));
      }
    }
    return { rules: taken.length, differences };
  }

  #simulate(text: string): string[] {
    const { netfilter } = this.net;
    netfilter.iptablesRestore(NETNS, [], restoreText([]));
    const { exitCode, stderr } = netfilter.iptablesRestore(NETNS, [], text);
    if (exitCode !== 0) return [`refused: ${stderr}`];
    return rulesIn(netfilter.iptablesSave(NETNS, []).stdout);
  }

  async #realise(text: string): Promise<string[]> {
    await this.agent.run(['iptables-restore'], restoreText([]));
    const { exitCode, stderr } = await this.agent.tool(['iptables-restore'], text);
    if (exitCode !== 0) return [`refused: ${stderr}`];
    return rulesIn(await this.agent.run(['iptables-save']));
  }

  /** What the simulator says against a rule. */
  #refusal(rule: WrittenRule): string | undefined {
    const { netfilter } = this.net;
    netfilter.iptablesRestore(NETNS, [], restoreText([]));
    const { exitCode, stderr } = netfilter.iptablesRestore(NETNS, ['--noflush'], ruleText(rule));
    return exitCode === 0 ? undefined : stderr;
  }

  async #realRefusal(rule: WrittenRule): Promise<string | undefined> {
    await this.agent.run(['iptables-restore'], restoreText([]));
    const { exitCode, stderr } = await this.agent.tool(['iptables-restore', '--noflush'], ruleText(rule));
    return exitCode === 0 ? undefined : stderr;
  }

  async #compareRefusal(rule: WrittenRule): Promise<Difference[]> {
    const simulator = this.#refusal(rule)!;
    const kernel = (await this.#realRefusal(rule)) ?? 'takes it';
    return simulator === kernel
      ? []
      : [{ what: `a rule that the simulator refuses: -t ${rule.table} -A ${rule.hook} ${rule.text}`, simulator, kernel }];
  }

  /** Those that the real tools take too, asked together as long as none is refused. */
  async #takenByKernel(rules: readonly WrittenRule[], differences: Difference[]): Promise<WrittenRule[]> {
    await this.agent.run(['iptables-restore'], restoreText([]));
    if ((await this.agent.tool(['iptables-restore'], restoreText(rules))).exitCode === 0) return [...rules];
    const taken: WrittenRule[] = [];
    for (const rule of rules) {
      const refusal = await this.#realRefusal(rule);
      if (refusal === undefined) taken.push(rule);
      else
        differences.push({
          what: `a rule that the kernel refuses: -t ${rule.table} -A ${rule.hook} ${rule.text}`,
          simulator: 'takes it',
          kernel: refusal,
        });
    }
    return taken;
  }
}

/** Every table, so that what was there before goes. */
function restoreText(rules: readonly WrittenRule[]): string {
  return TABLES.map((table) => {
    const own = rules.filter((rule) => rule.table === table);
    return [`*${table}`, ':U0 - [0:0]', ':U1 - [0:0]', ...own.map(({ hook, text }) => `-A ${hook} ${text}`), 'COMMIT', ''].join('\n');
  }).join('');
}

const ruleText = ({ table, hook, text }: WrittenRule): string => `*${table}\n-A ${hook} ${text}\nCOMMIT\n`;
