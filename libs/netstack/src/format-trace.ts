import type { ChanceTold, IpvsStep, MissedRule, NetfilterStep, RuleCause, SetLookup } from '@svclab/netfilter';
import { ACK, FIN, formatAddress, formatEndpoint, ICMP, protocolName, PSH, RST, SYN, TCP, UDP, type Packet } from '@svclab/wire';
import { describeError, ECHO_REPLY, ECHO_REQUEST } from './icmp.js';
import type { Hop, Step, Trace } from './types.js';

/**
 * The text form of a trace: a block for each kernel on the way, what happened there in
 * order, first the way there, then the way back, then how it ended. Written to be read aloud.
 */
export function formatTrace(trace: Trace): string {
  const { flow, forward, disposition, reason, probability } = trace;
  const lines = [`${flow.protocol} from ${flow.netns} to ${target(trace)}`];
  if (probability < 1) lines.push(`This branch is taken with a probability of ${percent(probability)}.`);
  lines.push('', 'Forward', ...hops(forward));
  if (trace.return.length) lines.push('', 'Return', ...hops(trace.return));
  lines.push('', `Result: ${disposition}. ${sentence(reason)}`);
  return `${lines.join('\n')}\n`;
}

const target = ({ flow }: Trace): string =>
  flow.protocol === 'icmp' ? formatAddress(flow.destination) : formatEndpoint(flow.destination, flow.port);

const hops = (list: readonly Hop[]): string[] => list.flatMap((hop, i) => ['', ...formatHop(hop, i + 1)]);

function formatHop({ title, kind, packetIn, packetOut, steps }: Hop, number: number): string[] {
  const lines = [`${number}. ${title} (${kind}): ${describePacket(packetIn)}`];
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]!;
    const next = steps[i + 1];
    let text = describeStep(step);
    // A hook or table with nothing in it takes one line, not two.
    if (step.kind === 'hook' && !isNetfilter(next)) text = [`${step.hook}: nothing hangs here`];
    if (step.kind === 'table' && next?.kind === 'end-of-chain' && next.passedOver === 0) {
      text = [`${tableName(step)}: no rules, ${next.outcome}`];
      i++;
    }
    const indent = ' '.repeat(indentation(step));
    for (const line of text) lines.push(indent + line);
  }
  const leaves = steps.at(-1)?.kind === 'transmit';
  if (leaves && describePacket(packetIn) !== describePacket(packetOut)) lines.push(`   leaves as ${describePacket(packetOut)}`);
  return lines;
}

const isNetfilter = (step: Step | undefined): step is NetfilterStep => step !== undefined && 'hook' in step && step.kind !== 'hook';

/** What happens in a hook stands below it, what happens in a table below that. */
function indentation(step: Step): number {
  if (step.kind === 'rule' || step.kind === 'end-of-chain') return 7;
  return isNetfilter(step) ? 5 : 3;
}

function describeStep(step: Step): string[] {
  switch (step.kind) {
    case 'socket':
      return [`socket: ${step.note}`];
    case 'route': {
      const source = step.source === undefined ? '' : `, source ${formatAddress(step.source)}`;
      const way = step.route === null ? step.note : `by "${step.route}"${step.note ? `, ${step.note}` : source}`;
      return [`route to ${formatAddress(step.destination)}: ${way}`];
    }
    case 'hook':
      return [step.hook];
    case 'transmit':
      return [`leaves by ${step.iface}, to ${step.to}`];
    case 'receive':
      return [`arrives by ${step.iface}`];
    case 'deliver':
      return [`${step.refused ? 'refused' : 'delivered'}${step.socket === null ? '' : ` to ${step.socket}`}: ${step.note}`];
    case 'answer':
      return [`answer: ${step.note}`];
    case 'drop':
      // Why is what the result says, last of all.
      return ['ends here'];
    default:
      return describeNetfilter(step);
  }
}

function describeNetfilter(step: NetfilterStep): string[] {
  switch (step.kind) {
    case 'conntrack': {
      const what = step.created ? `a new connection, ${step.result}` : step.result;
      return [`conntrack: ${what}; ${step.note}`, ...(step.entry === null ? [] : [`  ${step.entry}`])];
    }
    case 'table':
      return [`${tableName(step)}, priority ${step.priority}`];
    case 'rule':
      return describeRule(step);
    case 'end-of-chain':
      return [...describeMisses(step.chain, step), `${step.chain}: end of the chain; ${step.outcome}`];
    case 'nat':
      return [describeNat(step)];
    case 'ipvs':
      return describeIpvs(step);
  }
}

/** What the virtual server did, why, and the connection as `ipvsadm -Lnc` prints it. */
function describeIpvs({ result, service, server, why, connection, cause, priority, before, after }: IpvsStep): string[] {
  const what = {
    sent: `to real server ${server}`,
    answer: `the source ${endpoint(before, 'src')} becomes ${endpoint(after, 'src')}`,
    refused: 'refused',
    dropped: 'dropped',
  }[result];
  return [
    `IPVS, priority ${priority}, virtual service ${service}: ${what}`,
    `  because ${why}`,
    ...(connection === null ? [] : [`  ${connection}`]),
    ...(cause ? [`  made for ${describeCause(cause)}`] : []),
  ];
}

/** A native table may have several chains in one hook. */
const tableName = ({ table, chain }: Extract<NetfilterStep, { kind: 'table' }>): string =>
  `table ${table}${chain === undefined ? '' : `, chain ${chain}`}`;

type RuleStep = Extract<NetfilterStep, { kind: 'rule' }>;

function describeRule(step: RuleStep): string[] {
  const { rule, because, chance, verdict, target } = step;
  const lines = describeMisses(rule.chain, step);
  lines.push(`${rule.chain}, rule ${rule.number} matches: ${rule.text}`);
  const reasons = because.filter((reason) => !chance || !reason.startsWith('chance'));
  if (reasons.length) lines.push(`  because ${reasons.join(', and ')}`);
  if (chance) lines.push(`  chance takes it, ${describeChance(chance)}`);
  for (const lookup of step.lookups ?? []) lines.push(...describeLookup(lookup));
  if (rule.cause) lines.push(`  written for ${describeCause(rule.cause)}`);
  lines.push(`  ${describeVerdict(verdict, target)}`);
  return lines;
}

/** An element of a named set or map; one that stands in the rule can be seen there. */
const describeLookup = ({ set, element }: SetLookup): string[] => (set === null || element === null ? [] : [`  ${set} holds ${element}`]);

/** What was passed over, in order. One rule is worth its reason, several a number, a draw of chance a line of its own. */
function describeMisses(chain: string, { passedOver, missed }: Pick<RuleStep, 'passedOver' | 'missed'>): string[] {
  const lines: string[] = [];
  let silent: (MissedRule | undefined)[] = Array.from({ length: passedOver - missed.length }, () => undefined);
  const tellSilent = (): void => {
    const [first] = silent;
    if (silent.length > 1) lines.push(`${chain}: ${silent.length} rules do not match`);
    else if (first) lines.push(`${chain}: rule ${first.rule.number} does not match, since ${first.because}`);
    silent = [];
  };
  for (const miss of missed) {
    if (!miss.chance) {
      silent.push(miss);
      continue;
    }
    tellSilent();
    lines.push(`${chain}: chance passes rule ${miss.rule.number} over, ${describeChance(miss.chance)}`);
  }
  tellSilent();
  return lines;
}

const describeChance = ({ probability, draw }: ChanceTold): string =>
  `probability ${probability.toFixed(4)}${draw === undefined ? '' : `, drew ${draw.toFixed(4)}`}`;

function describeCause({ service, endpoint }: RuleCause): string {
  const owner = `Service ${service.namespace}/${service.name}${service.port && `, port ${service.port}`}`;
  if (!endpoint) return owner;
  const pod = endpoint.pod ? `, pod ${endpoint.pod.namespace}/${endpoint.pod.name}` : '';
  return `${owner}: EndpointSlice ${endpoint.slice} lists ${endpoint.address}${pod}`;
}

function describeNat({ manip, origin, before, after }: Extract<NetfilterStep, { kind: 'nat' }>): string {
  const what = manip === 'DST' ? 'destination' : 'source';
  const end = endpoint(after, manip === 'DST' ? 'dst' : 'src');
  const was = endpoint(before, manip === 'DST' ? 'dst' : 'src');
  const why = {
    rule: 'by the rule above; conntrack remembers it',
    conntrack: 'as conntrack remembers; no rule is asked',
    implicit: 'because another connection already uses this port',
  }[origin];
  return `the ${what} ${was} becomes ${end}, ${why}`;
}

function describeVerdict(verdict: RuleStep['verdict'], target: string): string {
  if (verdict === 'jump') return `jump to ${target}`;
  if (verdict === 'goto') return `go to ${target}`;
  if (verdict === 'RETURN') return 'return to the calling chain';
  if (verdict === 'continue') return target ? `${target}, and on to the next rule` : 'counted, and on to the next rule';
  return target && target !== verdict ? `${target}; this table is done` : verdict;
}

function endpoint(packet: Packet, end: 'src' | 'dst'): string {
  const ports = packet.protocol === TCP || packet.protocol === UDP;
  return ports ? formatEndpoint(packet[end], end === 'src' ? packet.sport : packet.dport) : formatAddress(packet[end]);
}

const endpoints = (packet: Packet): string => `${endpoint(packet, 'src')} → ${endpoint(packet, 'dst')}`;

/** `tcp SYN 10.10.0.6:40000 → 10.200.1.206:9000, ttl 64`. */
export function describePacket(packet: Packet): string {
  return `${protocolName(packet.protocol)} ${message(packet)}${endpoints(packet)}, ttl ${packet.ttl}`;
}

function message(packet: Packet): string {
  if (packet.protocol === TCP) {
    const flags: readonly (readonly [number, string])[] = [
      [SYN, 'SYN'],
      [FIN, 'FIN'],
      [RST, 'RST'],
      [PSH, 'PSH'],
      [ACK, 'ACK'],
    ];
    return `${flags.flatMap(([bit, name]) => (packet.tcpFlags & bit ? [name] : [])).join('/')} `;
  }
  if (packet.protocol !== ICMP) return '';
  if (packet.icmpType === ECHO_REQUEST) return 'echo request ';
  return packet.icmpType === ECHO_REPLY ? 'echo reply ' : `${describeError(packet.icmpType, packet.icmpCode)} `;
}

const percent = (probability: number): string => `${(100 * probability).toFixed(2)} %`;

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1) + (text.endsWith('.') ? '' : '.');
