import { compareElements, typeOf } from './set-types.js';
import type { IpSetContext } from './tool.js';
import type { ElementRecord, IpSetRecord } from './types.js';

/** As `ipset list` shows one set. */
export function describeSet(context: IpSetContext, name: string, withMembers: boolean): string {
  const set = context.sets.get(context.netns, name)!;
  const members = memberLines(context, name);
  const lines = [
    `Name: ${name}`,
    `Type: ${set.type}`,
    `Revision: ${typeOf(set).revision}`,
    `Header: ${headerText(set)}`,
    `Size in memory: ${memoryBytes(set, members.length)}`,
    `References: ${context.references(name)}`,
    `Number of entries: ${members.length}`,
    ...(withMembers ? ['Members:', ...members] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** As `ipset save` writes it, for `ipset restore`. */
export function saveSet(context: IpSetContext, name: string): string {
  const set = context.sets.get(context.netns, name)!;
  const members = memberLines(context, name).map((line) => `add ${name} ${line}\n`);
  return `create ${name} ${set.type} ${headerText(set)}\n${members.join('')}`;
}

function headerText(set: Readonly<IpSetRecord>): string {
  const { hash, range, timeoutSeconds, counters, comment } = set;
  return [
    ...(range ? [`range ${range[0]}-${range[1]}`] : []),
    ...(hash ? [`family inet hashsize ${hash.size} maxelem ${hash.maxElements}`] : []),
    ...(timeoutSeconds === undefined ? [] : [`timeout ${timeoutSeconds}`]),
    ...(counters ? ['counters'] : []),
    ...(comment ? ['comment'] : []),
    ...(hash ? [`bucketsize ${hash.bucketSize} initval 0x${hash.initval.toString(16).padStart(8, '0')}`] : []),
  ].join(' ');
}

/** In order, with what each element keeps. */
function memberLines({ sets, netns, nowUs }: IpSetContext, name: string): string[] {
  const keys = sets.elements(netns, name).sort(compareElements);
  const set = sets.get(netns, name)!;
  return keys.map((key) => memberText(set, key, set.elements[key]!, nowUs));
}

function memberText(set: Readonly<IpSetRecord>, key: string, element: Readonly<ElementRecord>, nowUs: number): string {
  const { expiresUs, packets, bytes, comment, nomatch } = element;
  return (
    key +
    (nomatch ? ' nomatch' : '') +
    (set.timeoutSeconds === undefined ? '' : ` timeout ${expiresUs === undefined ? 0 : secondsLeft(expiresUs, nowUs)}`) +
    (set.counters ? ` packets ${packets ?? 0} bytes ${bytes ?? 0}` : '') +
    (comment === undefined ? '' : ` comment "${comment}"`)
  );
}

/** Whole seconds; the last one counts as 1, since 0 means for ever. */
const secondsLeft = (expiresUs: number, nowUs: number): number => Math.max(1, Math.ceil((expiresUs - nowUs) / 1_000_000) - 1);

// Simplification: a hash is reckoned as a bucket for each element; the kernel's grow in steps.
function memoryBytes({ range }: Readonly<IpSetRecord>, elements: number): number {
  return range ? 72 + 8 * Math.ceil((range[1] - range[0] + 1) / 64) : 216 + 40 * elements;
}
