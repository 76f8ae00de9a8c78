import type { CtState, Hook, IpvsStep, NetfilterStep } from '@svclab/netfilter';
import type { Hop, NamespaceKind, Step, Trace } from '@svclab/netstack';
import { formatAddress, type Packet } from '@svclab/wire';

export type Direction = 'forward' | 'return';

/** Where on a kernel's plan something happens: its five hooks and what lies between them. */
export type Place = Hook | 'in' | 'route' | 'process' | 'out';

type NetfilterStepOf<Kind extends NetfilterStep['kind']> = Extract<NetfilterStep, { kind: Kind }>;
export type RuleStep = NetfilterStepOf<'rule'>;
export type EndOfChain = NetfilterStepOf<'end-of-chain'>;
export type NatStep = NetfilterStepOf<'nat'>;
export type ConntrackStep = NetfilterStepOf<'conntrack'>;
/** `nat`, or of nftables `ip kube-proxy`. */
type Table = NetfilterStepOf<'table'>['table'];

/** One table of one hook: the rules in the order in which they were reached. */
export interface TableWalk {
  readonly kind: 'table';
  readonly hook: Hook;
  readonly table: Table;
  readonly walk: readonly (RuleStep | EndOfChain)[];
  /** What NAT made of the packet after these rules. */
  readonly nat?: NatStep;
  /** Tables of the same hook that hold no rule: named, but no step of their own. */
  readonly empty: readonly Table[];
}

/** What hangs in a hook. */
type HookContent = TableWalk | NatStep | ConntrackStep | IpvsStep;

/** Tables of nftables are named with their family. */
export const isNftables = (table: Table): boolean => table.includes(' ');

/** What a step is about: a table as a whole, or a step of the trace as it stands there. */
export type StepContent = HookContent | Exclude<Step, NetfilterStep>;

/** What a step does to the packet's fate; `none` lets it go on as it was. */
export type Effect = 'none' | 'rewrites' | 'dropped' | 'refused' | 'accepted';

/** A step as a learner takes it: one look at the packet in one place. */
export interface PathStep {
  /** From 0, over all hops of the direction. */
  readonly index: number;
  /** Index of its hop. */
  readonly hop: number;
  readonly place: Place;
  readonly content: StepContent;
  readonly before: Packet;
  readonly after: Packet;
  readonly effect: Effect;
  /** As conntrack has told in this kernel so far. */
  readonly state: CtState | undefined;
  /** `nfmark` after the step. */
  readonly mark: number;
}

/** A kernel on the way, with its steps. */
export interface PathHop {
  readonly index: number;
  readonly netns: string;
  readonly kind: NamespaceKind;
  readonly title: string;
  /** `10.10.0.6`; empty where the kernel has none that is known. */
  readonly address: string;
  readonly steps: readonly PathStep[];
  readonly packetIn: Packet;
  readonly packetOut: Packet;
}

/** One direction of a trace. */
export interface PathView {
  readonly hops: readonly PathHop[];
  readonly steps: readonly PathStep[];
}

/** What is shown of one direction of a trace. Steps that say nothing are folded into their neighbours. */
export function pathView(trace: Trace, direction: Direction): PathView {
  const steps: PathStep[] = [];
  const hops = trace[direction].map((hop, index): PathHop => {
    const own = new HopSteps(hop, index, steps.length).read();
    steps.push(...own);
    const { netns, kind, title, packetIn, packetOut } = hop;
    const address = hop.address === null ? '' : formatAddress(hop.address);
    return { index, netns, kind, title, address, packetIn, packetOut, steps: own };
  });
  return { hops, steps };
}

/** The step that shows most: where the packet ended before its time, else the first that rewrites it, else the last of all. */
export function decidingStep({ steps }: PathView): number {
  const first = (...effects: readonly Effect[]): PathStep | undefined => steps.find(({ effect }) => effects.includes(effect));
  return (first('refused', 'dropped') ?? first('rewrites') ?? steps.at(-1))?.index ?? 0;
}

/** The place where a hop's packet stands at each of its steps, neighbours alike left out. */
export function placesOf(hop: PathHop): readonly Place[] {
  return hop.steps.map(({ place }) => place).filter((place, i, all) => place !== all[i - 1]);
}

/** Reads the steps of one hop, keeping what the packet looks like on the way. */
class HopSteps {
  readonly #steps: PathStep[] = [];
  #packet: Packet;
  #place: Place;
  #state: CtState | undefined;
  #mark = 0;

  constructor(
    private readonly hop: Hop,
    private readonly hopIndex: number,
    private readonly first: number,
  ) {
    this.#packet = hop.packetIn;
    this.#place = 'process';
  }

  read(): readonly PathStep[] {
    const { steps } = this.hop;
    for (let i = 0; i < steps.length;) {
      const step = steps[i]!;
      i += step.kind === 'hook' ? this.#hook(step, steps.slice(i + 1)) : this.#plain(step as Exclude<Step, NetfilterStep>);
    }
    return this.#steps;
  }

  #plain(step: Exclude<Step, NetfilterStep>): number {
    // Who refused or dropped the packet has said so already.
    if (step.kind === 'drop' && isEnd(this.#steps.at(-1))) return 1;
    this.#place = this.#placeOf(step);
    this.#add(step, this.#packet, effectOf(step));
    return 1;
  }

  /** A hook and all that hangs in it; returns how many steps of the trace that were. */
  #hook(hook: Extract<Step, { kind: 'hook' }>, following: readonly Step[]): number {
    const end = following.findIndex((step) => !isNetfilter(step));
    const inside = (end < 0 ? following : following.slice(0, end)) as readonly NetfilterStep[];
    this.#enterHook(hook);
    const contents = hookContents(inside);
    if (contents.length === 0) this.#add(hook, this.#packet, 'none');
    for (const content of contents) this.#netfilter(content);
    return inside.length + 1;
  }

  /** Between a route and FORWARD the kernel takes one from the TTL: that belongs to the step before. */
  #enterHook({ hook, packet }: Extract<Step, { kind: 'hook' }>): void {
    this.#place = hook;
    const last = this.#steps.at(-1);
    if (!packet || !last || packet.ttl === this.#packet.ttl) return;
    this.#packet = packet;
    this.#steps[this.#steps.length - 1] = { ...last, after: packet };
  }

  #netfilter(content: HookContent): void {
    if (content.kind === 'conntrack') this.#state = content.result;
    const rules = content.kind === 'table' ? content.walk.filter((step): step is RuleStep => step.kind === 'rule') : [];
    this.#mark = rules.at(-1)?.mark ?? this.#mark;
    const nat = content.kind === 'table' ? content.nat : content.kind === 'nat' ? content : undefined;
    const after = content.kind === 'ipvs' ? content.after : (nat?.after ?? rules.at(-1)?.after ?? this.#packet);
    this.#add(content, after, nat ? 'rewrites' : netfilterEffect(content));
  }

  #add(content: StepContent, after: Packet, effect: Effect): void {
    const step: PathStep = {
      index: this.first + this.#steps.length,
      hop: this.hopIndex,
      place: this.#place,
      content,
      before: this.#packet,
      after,
      effect,
      state: this.#state,
      mark: this.#mark,
    };
    this.#steps.push(step);
    this.#packet = after;
  }

  /** A local process asks for its route before OUTPUT: the packet has not moved yet. */
  #placeOf(step: Exclude<Step, NetfilterStep>): Place {
    switch (step.kind) {
      case 'socket':
      case 'deliver':
        return 'process';
      case 'receive':
        return 'in';
      case 'transmit':
        return 'out';
      case 'route':
        return this.#place === 'PREROUTING' ? 'route' : this.#place;
      default:
        return this.#place;
    }
  }
}

const isEnd = (step: PathStep | undefined): boolean => step?.effect === 'refused' || step?.effect === 'dropped';

/** Whether the packet got no further than this hop. */
export const endsIn = (hop: PathHop): boolean => isEnd(hop.steps.at(-1));

export const isNetfilter = (step: Step): step is NetfilterStep => 'hook' in step && step.kind !== 'hook';

function effectOf(step: Exclude<Step, NetfilterStep>): Effect {
  if (step.kind === 'drop') return 'dropped';
  if (step.kind === 'answer') return 'refused';
  if (step.kind === 'deliver') return step.refused ? 'refused' : 'accepted';
  return 'none';
}

function netfilterEffect(content: HookContent): Effect {
  if (content.kind === 'table') return tableEffect(content);
  if (content.kind !== 'ipvs') return 'none';
  return content.result === 'sent' || content.result === 'answer' ? 'rewrites' : content.result;
}

function tableEffect({ walk }: TableWalk): Effect {
  const last = walk.at(-1);
  if (last?.kind === 'rule') return last.verdict === 'REJECT' ? 'refused' : last.verdict === 'DROP' ? 'dropped' : 'none';
  return last?.outcome === 'policy DROP' ? 'dropped' : 'none';
}

/** Groups what a hook told: conntrack, each table that holds rules with the NAT that followed, NAT without rules. */
function hookContents(inside: readonly NetfilterStep[]): readonly HookContent[] {
  const contents: HookContent[] = [];
  for (const step of inside) {
    const last = contents.at(-1);
    if (step.kind === 'conntrack' || step.kind === 'ipvs') contents.push(step);
    else if (step.kind === 'table') contents.push({ kind: 'table', hook: step.hook, table: step.table, walk: [], empty: [] });
    else if (last?.kind !== 'table') contents.push(step as NatStep);
    else if (step.kind !== 'nat') contents[contents.length - 1] = { ...last, walk: [...last.walk, step] };
    else if (last.table === 'nat' || isNftables(last.table)) contents[contents.length - 1] = { ...last, nat: step };
    else contents.push(step);
  }
  return foldEmpty(contents);
}

const isTable = (content: HookContent): content is TableWalk => content.kind === 'table';

const isEmpty = (content: HookContent): content is TableWalk =>
  isTable(content) && !content.nat && content.walk.every((step) => step.kind === 'end-of-chain' && step.passedOver === 0);

/** A table without rules becomes a word beside its neighbour; where a hook holds nothing else, it stays. */
function foldEmpty(contents: readonly HookContent[]): readonly HookContent[] {
  const empty = contents.filter(isEmpty);
  const kept = contents.filter((content) => !isEmpty(content));
  const names = empty.map(({ table }) => table);
  const host = kept.find(isTable);
  if (host) return kept.map((content) => (content === host ? { ...host, empty: names } : content));
  return kept.length || !empty[0] ? kept : [{ ...empty[0], empty: names }];
}
