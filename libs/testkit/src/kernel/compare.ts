import { exchangeShape, type Connection, type KnownPorts, type NamespaceObservation, type Observation } from './observation.js';

/** One thing that the two kernels do not agree about. */
export interface Difference {
  /** `exchange`, `node/myk8s-worker counters` … */
  readonly what: string;
  readonly simulator: string;
  readonly kernel: string;
}

/** How far times left may lie apart, s: a busy machine takes a while between packet and listing. */
const LISTED_SECONDS = 4;
/** An event tells the time-out as it is set, unless a clock tick fell in between. */
const TOLD_SECONDS = 1;

export function compareObservations(simulator: Observation, kernel: Observation, known: KnownPorts): Difference[] {
  const differences: Difference[] = [];
  const said = { simulator: exchangeShape(simulator.exchange, known), kernel: exchangeShape(kernel.exchange, known) };
  if (said.simulator !== said.kernel) differences.push({ what: 'exchange', ...said });
  for (const [netns, real] of kernel.namespaces) {
    const ours = simulator.namespaces.get(netns);
    if (ours) differences.push(...compareNamespaces(netns, ours, real));
  }
  return differences;
}

function compareNamespaces(netns: string, ours: NamespaceObservation, real: NamespaceObservation): Difference[] {
  return [
    ...compareLines(`${netns} counters`, ours.rules, real.rules),
    ...compareLines(`${netns} sets and accounts`, ours.objects, real.objects),
    ...compareLines(`${netns} nft list ruleset`, ours.native, real.native),
    ...compareConnections(`${netns} conntrack -L`, ours.connections, real.connections, LISTED_SECONDS),
    ...compareConnections(`${netns} conntrack -E`, ours.events, real.events, TOLD_SECONDS),
  ];
}

/** Line by line when both have as many, else what each has alone. */
export function compareLines(what: string, ours: readonly string[], real: readonly string[]): Difference[] {
  if (ours.length === real.length)
    return ours.flatMap((line, i) => (line === real[i] ? [] : [{ what, simulator: line, kernel: real[i]! }]));
  const simulator = without(ours, real).join('\n');
  const kernel = without(real, ours).join('\n');
  return [{ what: `${what} (${ours.length} lines, ${real.length} in the kernel)`, simulator, kernel }];
}

function compareConnections(what: string, ours: readonly Connection[], real: readonly Connection[], tolerance: number): Difference[] {
  const shapes = compareLines(
    what,
    ours.map(({ shape }) => shape),
    real.map(({ shape }) => shape),
  );
  if (shapes.length > 0) return shapes;
  return ours.flatMap(({ shape, seconds }, i) => {
    const kernelSeconds = real[i]!.seconds;
    if (Math.abs(seconds - kernelSeconds) <= tolerance) return [];
    return [{ what: `${what}, seconds left of ${shape}`, simulator: String(seconds), kernel: String(kernelSeconds) }];
  });
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  const rest = [...others];
  return lines.filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

export const printDifference = ({ what, simulator, kernel }: Difference): string =>
  `${what}\n      simulator: ${indent(simulator)}\n      kernel:    ${indent(kernel)}`;

const indent = (text: string): string => (text === '' ? '(nothing)' : text.replaceAll('\n', '\n                 '));
