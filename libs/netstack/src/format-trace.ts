import type { NetfilterStep } from '@svclab/netfilter';
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
    if (step.kind === 'hook' && !isNetfilter(next)) text = [`hook ${step.hook}: nothing hangs here`];
    if (step.kind === 'table' && next?.kind === 'end-of-chain' && next.passedOver === 0) {
      text = [`${text[0]}: no rules, ${next.outcome}`];
      i++;
    }
    const indent = ' '.repeat(indentation(step));
    for (const line of text) lines.push(indent + line);
  }
  if (describePacket(packetIn) !== describePacket(packetOut)) lines.push(`   leaves as ${describePacket(packetOut)}`);
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
      return [`hook ${step.hook}`];
    case 'transmit':
      return [`transmit on ${step.iface} to ${step.to}`];
    case 'receive':
      return [`receive on ${step.iface}`];
    case 'deliver':
      return [`deliver${step.socket === null ? '' : ` to ${step.socket}`}: ${step.note}`];
    case 'answer':
      return [`answer: ${step.note}`];
    case 'drop':
      return [`end: ${step.note}`];
    default:
      return describeNetfilter(step);
  }
}

function describeNetfilter(step: NetfilterStep): string[] {
  switch (step.kind) {
    case 'conntrack': {
      const entry = step.entry === null ? '' : `: ${step.entry}`;
      return [`conntrack: ${step.result}${step.created ? ', a new connection' : ''}${entry}${step.note ? ` (${step.note})` : ''}`];
    }
    case 'table':
      return [`table ${step.table}, priority ${step.priority}`];
    case 'rule': {
      const { rule, passedOver, because, chance, before, after, verdict, target } = step;
      const skipped = passedOver ? `${notMatching(passedOver)}; ` : '';
      const lines = [`${rule.chain}, ${skipped}rule ${rule.number}: ${rule.text}`];
      if (because.length) lines.push(`  because ${because.join(', and ')}`);
      if (chance) lines.push(`  chance: ${percent(chance.probability)}, met`);
      lines.push(`  ${describeVerdict(verdict, target)}${changed(before, after)}`);
      return lines;
    }
    case 'end-of-chain':
      return [`${step.chain}: ${step.passedOver ? `${notMatching(step.passedOver)}; ` : 'end of the chain; '}${step.outcome}`];
    case 'nat': {
      const what = step.manip === 'DST' ? 'destination' : 'source';
      const by = { rule: 'by a rule', conntrack: 'as the connection remembers', implicit: 'to keep the connection unique' }[step.origin];
      return [`nat of the ${what} ${by}${changed(step.before, step.after)}${step.note ? ` (${step.note})` : ''}`];
    }
  }
}

const notMatching = (count: number): string => `${count} ${count === 1 ? 'rule does' : 'rules do'} not match`;

function describeVerdict(verdict: Extract<NetfilterStep, { kind: 'rule' }>['verdict'], target: string): string {
  if (verdict === 'jump') return `jump to ${target}`;
  if (verdict === 'goto') return `go to ${target}`;
  if (verdict === 'continue') return target ? `${target}, and on to the next rule` : 'counted, and on to the next rule';
  return target && target !== verdict ? `${target}: ${verdict}` : verdict;
}

const changed = (before: Packet, after: Packet): string => {
  const [from, to] = [endpoints(before), endpoints(after)];
  return from === to ? '' : `: ${from} becomes ${to}`;
};

function endpoints(packet: Packet): string {
  const ports = packet.protocol === TCP || packet.protocol === UDP;
  const end = (address: Packet['src'], port: number) => (ports ? formatEndpoint(address, port) : formatAddress(address));
  return `${end(packet.src, packet.sport)} → ${end(packet.dst, packet.dport)}`;
}

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
