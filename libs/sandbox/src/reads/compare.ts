import { formatTrace, type FlowResult, type Step, type Trace } from '@svclab/netstack';
import { formatAddress } from '@svclab/wire';
import type { Answer, RequestsInput } from '../entry.js';
import { flowOf, requestText } from '../entries/requests.js';
import type { Sandbox } from '../sandbox.js';
import { answer, problem } from './answer.js';
import { countRules, rulesAbout, type RuleCounts, type ToolLines } from './mode-rules.js';

export type CompareQuery = { readonly kind: 'compare' } & Omit<RequestsInput, 'kind' | 'count' | 'trace'>;

/** One flow in one proxy mode. */
export interface ModeRun {
  readonly mode: string;
  /** Rules and entries on the node, by what they are: `iptables nat rules`, `ipvs real servers` … */
  readonly counts: RuleCounts;
  /** Those that are about the flow's Service, as the tools print them. */
  readonly rules: readonly ToolLines[];
  readonly outcome: FlowResult['outcome'];
  readonly errno?: FlowResult['errno'];
  readonly disposition: Trace['disposition'];
  readonly reason: string;
  /** Who may answer and which source address is seen there, with how likely that is. */
  readonly ends: readonly { readonly end: string; readonly probability: number }[];
  /** Namespaces on the way, and how many rules were looked at in all of them. */
  readonly hops: readonly string[];
  readonly rulesLookedAt: number;
  readonly trace: Trace;
  readonly text: string;
}

/** Something in which the modes are not alike, with what each of them has. */
export interface ModeDifference {
  readonly about: 'outcome' | 'trace' | 'rules';
  readonly what: string;
  readonly values: { readonly [mode: string]: string | number };
}

/** Sends one flow in every proxy mode, each on a copy of the sandbox that is thrown away, and tells the differences. */
export function compareModes(sandbox: Sandbox, query: CompareQuery): Answer {
  const [cluster] = sandbox.world.kind.clusters();
  if (!cluster) return problem(409, 'No cluster', 'proxy modes are compared in a cluster, and this sandbox has none yet');
  const asked = flowOf(sandbox, query);
  if (!asked.ok) return { ok: false, problem: asked.error };
  const service = serviceAt(sandbox, formatAddress(asked.value.flow.destination), asked.value.flow.port);
  const runs: ModeRun[] = [];
  for (const mode of sandbox.world.proxyModes()) {
    const copy = sandbox.copy();
    copy.sim.beginEntry(copy.seq + 1);
    const switched = copy.world.switchProxyMode(mode);
    if (!switched.ok) return problem(409, 'Mode cannot be switched', switched.error);
    runs.push(runIn(copy, mode, query, service));
  }
  return answer({ service: service ?? null, node: nodeOf(runs), modes: runs, differences: differences(runs) });
}

function runIn(copy: Sandbox, mode: string, query: CompareQuery, service: string | undefined): ModeRun {
  const asked = flowOf(copy, query);
  if (!asked.ok) throw new Error(asked.error.detail);
  const { net } = copy.world;
  const { flow, destination } = asked.value;
  const branches = net.explore(flow);
  const { trace, outcome, errno } = net.send({ ...flow, ...requestText(flow, destination) }, { trace: true });
  const node = firstNode(trace!) ?? copy.world.kind.nodeNames(copy.world.kind.clusters()[0]!.name)[0]!;
  const tools = copy.world.kind.toolsOf(node);
  return {
    mode,
    counts: countRules(tools),
    rules: service === undefined ? [] : rulesAbout(tools, copy.world.api, service),
    outcome,
    ...(errno === undefined ? {} : { errno }),
    disposition: trace!.disposition,
    reason: trace!.reason,
    ends: endsOf(branches),
    hops: trace!.forward.map(({ title }) => title),
    rulesLookedAt: trace!.forward.flatMap(({ steps }) => steps).reduce((count, step) => count + rulesIn(step), 0),
    trace: trace!,
    text: formatTrace(trace!),
  };
}

/** `namespace/name` of the Service that has the address, or the node port on some node's address. */
function serviceAt({ world }: Sandbox, to: string, port: number): string | undefined {
  const found = world.api.list('services').find(({ spec, status }) => {
    const ingress: readonly { readonly ip?: string }[] = status?.['loadBalancer']?.ingress ?? [];
    const fronts: readonly string[] = [spec?.['clusterIP'], ...(spec?.['externalIPs'] ?? []), ...ingress.map(({ ip }) => ip)];
    const ports: readonly { readonly nodePort?: number }[] = spec?.['ports'] ?? [];
    return fronts.includes(to) || ports.some(({ nodePort }) => nodePort === port);
  });
  return found && `${found.metadata.namespace}/${found.metadata.name}`;
}

const firstNode = ({ forward }: Trace): string | undefined => forward.find(({ kind }) => kind === 'node')?.netns.replace(/^node\//, '');

const nodeOf = (runs: readonly ModeRun[]): string | null => (runs[0] ? (firstNode(runs[0].trace) ?? null) : null);

function endsOf(branches: readonly Trace[]): ModeRun['ends'] {
  const ends = new Map<string, number>();
  for (const { disposition, forward, probability } of branches) {
    const last = forward.at(-1)!;
    const end = disposition === 'accepted' ? `${last.title} sees ${formatAddress(last.packetIn.src)}` : disposition;
    ends.set(end, (ends.get(end) ?? 0) + probability);
  }
  return [...ends.keys()].toSorted().map((end) => ({ end, probability: ends.get(end)! }));
}

function rulesIn(step: Step): number {
  if (step.kind === 'rule') return step.passedOver + 1;
  return step.kind === 'end-of-chain' ? step.passedOver : 0;
}

/** Only what is not the same everywhere. */
function differences(runs: readonly ModeRun[]): ModeDifference[] {
  const compared: [ModeDifference['about'], string, (run: ModeRun) => string | number][] = [
    ['outcome', 'what the client gets', ({ outcome, errno }) => errno ?? outcome],
    ['outcome', 'how the packet ends', ({ disposition, reason }) => `${disposition}: ${reason}`],
    ['outcome', 'who may answer', ({ ends }) => ends.map(({ end, probability }) => `${end} (${percent(probability)})`).join(', ')],
    ['trace', 'namespaces on the way', ({ hops }) => hops.join(' → ')],
    ['trace', 'rules looked at', ({ rulesLookedAt }) => rulesLookedAt],
    ...[...new Set(runs.flatMap(({ counts }) => Object.keys(counts)))]
      .toSorted()
      .map((what): [ModeDifference['about'], string, (run: ModeRun) => number] => ['rules', what, ({ counts }) => counts[what] ?? 0]),
    ['rules', 'lines about the Service', ({ rules }) => rules.reduce((sum, { lines }) => sum + lines.length, 0)],
  ];
  return compared.flatMap(([about, what, valueOf]) => {
    const values = Object.fromEntries(runs.map((run) => [run.mode, valueOf(run)]));
    return new Set(Object.values(values)).size > 1 ? [{ about, what, values }] : [];
  });
}

const percent = (probability: number): string => `${Math.round(probability * 1000) / 10} %`;
