import type { KubeObject } from '@svclab/kube-api';

const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/** Value of `250m`, `70Mi`, `1e3`, `4`; 0 for what is no quantity. */
export function quantityValue(quantity: string | number): number {
  const match = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([numkMGTP]?i?)$/.exec(String(quantity));
  return match ? Number(match[1]) * (FACTORS[match[2]!] ?? 0) : 0;
}

/** A sum of quantities; `binary` when they were written in powers of 1024. */
export interface ResourceTotal {
  readonly value: number;
  readonly binary: boolean;
}

export type ResourceTotals = Readonly<Record<string, ResourceTotal>>;

/** What pods ask for, or may use: containers together, or an init container that needs more (kubectl pkg/util/resource). */
export function podTotals(pods: readonly Readonly<KubeObject>[], which: 'requests' | 'limits'): ResourceTotals {
  const totals: Record<string, ResourceTotal> = {};
  for (const pod of pods) {
    const ofPod = sum(containersOf(pod, 'containers').map((container) => listOf(container, which)));
    for (const container of containersOf(pod, 'initContainers')) {
      for (const [name, total] of Object.entries(listOf(container, which))) {
        if (total.value > (ofPod[name]?.value ?? 0)) ofPod[name] = total;
      }
    }
    for (const [name, total] of Object.entries(ofPod)) totals[name] = add(totals[name], total);
  }
  return totals;
}

/** In the largest unit that needs no fraction: `850m`, `290Mi`, `0`. */
export function formatTotal(total: ResourceTotal | undefined): string {
  if (!total || total.value === 0) return '0';
  const units = total.binary ? ['Pi', 'Ti', 'Gi', 'Mi', 'Ki', ''] : ['P', 'T', 'G', 'M', 'k', ''];
  // Sums of thousandths drift in binary fractions; a thousandth is the finest unit that pods ask for.
  const milli = Math.round(total.value * 1000);
  if (milli % 1000 !== 0) return `${milli}m`;
  const unit = units.find((candidate) => (milli / 1000) % (FACTORS[candidate] ?? 1) === 0)!;
  return `${milli / 1000 / FACTORS[unit]!}${unit}`;
}

const containersOf = (pod: Readonly<KubeObject>, member: string): Readonly<Record<string, any>>[] =>
  (pod.spec?.[member] ?? []) as Record<string, any>[];

function listOf(container: Readonly<Record<string, any>>, which: 'requests' | 'limits'): ResourceTotals {
  const list = (container['resources']?.[which] ?? {}) as Record<string, string>;
  return Object.fromEntries(
    Object.entries(list).map(([name, quantity]) => [name, { value: quantityValue(quantity), binary: /[KMGTP]i$/.test(String(quantity)) }]),
  );
}

function sum(lists: readonly ResourceTotals[]): Record<string, ResourceTotal> {
  const totals: Record<string, ResourceTotal> = {};
  for (const list of lists) for (const [name, total] of Object.entries(list)) totals[name] = add(totals[name], total);
  return totals;
}

const add = (a: ResourceTotal | undefined, b: ResourceTotal): ResourceTotal =>
  a === undefined ? b : { value: a.value + b.value, binary: a.binary || b.binary };
