import type { Found } from './conntrack/conntrack.js';
import { STATUS, type Direction, type Tuple } from './conntrack/entry.js';
import type { RuleContext } from './iptables/extension.js';
import { READS } from './iptables/reads.js';
import { headMatches, type Rule } from './iptables/rule.js';
import type { Chain } from './ruleset.js';
import type { SkbConntrack } from './types.js';
import type { StepVerdict, WalkWitness } from './walk.js';

/** Which of a packet's ports is the client's own: the one that differs between connections of one kind. */
export type ClientPort = 'source' | 'destination';

/** A rule that counted the packet; `position` −1: the chain's policy did. */
interface Count {
  readonly chain: Chain;
  readonly position: number;
}

/** How a packet of an established connection passed the hooks of one namespace: what is to be repeated for the next of its kind. */
export interface Passage {
  readonly netns: string;
  readonly counts: readonly Count[];
  /** Of the connection it belonged to here; absent where the namespace tracks none. */
  readonly connection?: { readonly direction: Direction; readonly translation: number };
}

/** The packet's connection in a namespace, and what the packet carries when it leaves there. */
export interface Passing {
  readonly passage: Passage;
  readonly found: Found | undefined;
  readonly tuple: Tuple;
}

/** One of several segments that pass one after the other: an ordinary one, neither SYN nor RST. */
export interface BurstSegment {
  /** From the client to the server. */
  readonly isForth: boolean;
  readonly tcpFlags: number;
  /** Of the whole packet. */
  readonly bytes: number;
  readonly hasData: boolean;
}

/** The bits of an entry's status that rules may see as SNAT and DNAT, and that decide what is rewritten. */
export const translationOf = (status: number): number => status & (STATUS.SRC_NAT | STATUS.DST_NAT);

/**
 * Writes down a passage. It is good for other packets only if everything that was looked at is the same for them: rules
 * that matched or failed by anything but addresses, interfaces, the server's port, mark and connection state spoil it.
 */
export class PassageRecorder implements WalkWitness {
  readonly triesAll = true;
  readonly #counts: Count[] = [];
  readonly #unlike: number;
  #connection: Passage['connection'];
  #isSpoilt = false;

  constructor(
    private readonly netns: string,
    clientPort: ClientPort,
  ) {
    this.#unlike = READS.FLAGS | (clientPort === 'source' ? READS.SOURCE_PORT : READS.DESTINATION_PORT);
  }

  /** `undefined`: it cannot be repeated. */
  get passage(): Passage | undefined {
    if (this.#isSpoilt) return undefined;
    return { netns: this.netns, counts: this.#counts, ...(this.#connection && { connection: this.#connection }) };
  }

  spoil(): void {
    this.#isSpoilt = true;
  }

  /** What conntrack found. Only an established connection goes its way without asking table nat. */
  noteConnection(ct: SkbConntrack | undefined): void {
    if (ct?.state !== 'ESTABLISHED') this.spoil();
    else this.#connection = { direction: ct.direction, translation: translationOf(ct.entry.status) };
  }

  matches({ head, matches }: Rule, context: RuleContext): boolean {
    if (!headMatches(head, context)) return false;
    for (const match of matches) {
      if (match.reads === undefined || match.reads & this.#unlike) this.spoil();
      if (!match.test(context)) return false;
    }
    return true;
  }

  found(_context: RuleContext, chain: Chain, position: number): void {
    const rule = chain.rules[position];
    if (!rule) return;
    this.#counts.push({ chain, position });
    if (rule.action.kind === 'extension' && !rule.action.target.onlyMarks) this.spoil();
  }

  did(_verdict: StepVerdict): void {}

  fellThrough(_context: RuleContext, base: Chain): void {
    this.#counts.push({ chain: base, position: -1 });
  }
}
