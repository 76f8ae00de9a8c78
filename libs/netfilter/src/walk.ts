import { ruleMatches, targetName, type Rule } from './iptables/rule.js';
import type { KernelServices, RuleContext, RuleVerdict } from './iptables/extension.js';
import type { Chain, Ruleset, TablePath } from './ruleset.js';
import type { Hook, RejectWith, RuleReference, Skb } from './types.js';

/** How a table let a packet go. */
export type TableVerdict = 'ACCEPT' | 'DROP' | 'REJECT';

/** What one rule did; `jump` and `goto` lead into another chain. */
export type StepVerdict = RuleVerdict | 'jump' | 'goto';

/** Looks over a walk's shoulder, for a trace or to repeat the walk later. Walks without one allocate nothing. */
export interface WalkWitness {
  /** It wants every rule tried, those too that the chain's index knows not to match. */
  readonly triesAll: boolean;
  /** Tries a rule in place of `ruleMatches`. */
  matches(rule: Rule, context: RuleContext, chain: Chain, position: number): boolean;
  /** The rule at `position` matches and is about to act; past the last rule, the chain ends. */
  found(context: RuleContext, chain: Chain, position: number): void;
  /** What that rule did. */
  did(verdict: StepVerdict, context: RuleContext, chain: Chain, position: number): void;
  /** No chain is left to return to: the built-in chain's policy decides. */
  fellThrough(context: RuleContext, base: Chain): void;
}

const NO_COUNTERS: number[] = [];

/** Takes packets through the chains of a table. What decided last is read off afterwards. */
export class TableWalk {
  readonly #stackChains: Chain[] = [];
  readonly #stackPositions: number[] = [];
  readonly #context: { -readonly [member in keyof RuleContext]: RuleContext[member] };
  #chain: Chain | undefined;
  #position = -1;

  constructor(
    private readonly ruleset: Ruleset,
    kernel: KernelServices,
  ) {
    this.#context = {
      kernel,
      netns: '',
      hook: 'INPUT',
      skb: undefined as unknown as Skb,
      packet: undefined as unknown as Skb['packet'],
      counters: NO_COUNTERS,
      chanceThreshold: -1,
    };
  }

  /** The rule that ended the last walk, or the policy. */
  get decidedBy(): RuleReference | 'policy' {
    return this.#chain && this.#position >= 0 ? this.#chain.reference(this.#position) : 'policy';
  }

  /** The answer that the last REJECT owes. */
  get rejectWith(): RejectWith {
    const action = this.#chain?.rules[this.#position]?.action;
    return (action?.kind === 'extension' && action.target.rejectWith) || 'icmp-port-unreachable';
  }

  /** `nft_do_chain`: from the table's built-in chain of `hook` until something decides. */
  run(netns: string, hook: Hook, { chains, base }: TablePath, skb: Skb, witness?: WalkWitness): TableVerdict {
    // Most built-in chains of a node hold no rule, and are passed by every packet.
    if (!witness && base.rules.length === 0) return this.#policy(base, skb);
    this.#prepare(netns, hook, skb);
    let chain = base;
    let position = 0;
    for (;;) {
      position = this.#firstMatch(chain, position, witness);
      const rule = chain.rules[position];
      witness?.found(this.#context, chain, position);
      const verdict = rule ? this.#act(chain, position, rule) : 'RETURN';
      witness?.did(verdict, this.#context, chain, position);
      switch (verdict) {
        case 'continue':
          position++;
          break;
        case 'RETURN': {
          const caller = this.#stackChains.pop();
          if (!caller) {
            witness?.fellThrough(this.#context, base);
            return this.#policy(base, skb);
          }
          chain = caller;
          position = this.#stackPositions.pop()!;
          break;
        }
        case 'jump':
        case 'goto':
          if (verdict === 'jump') {
            this.#stackChains.push(chain);
            this.#stackPositions.push(position + 1);
          }
          chain = chains.get(targetName(rule!.action))!;
          position = 0;
          break;
        default:
          this.#chain = chain;
          this.#position = position;
          return verdict;
      }
    }
  }

  /** Counts packets that a rule matched, or that came to the policy of a built-in chain (`position` −1). */
  count(chain: Chain, position: number, packets: number, bytes: number): void {
    const counted = this.ruleset.count(chain);
    const counters = position < 0 ? counted.policy : counted.rules[position]!;
    counters[0]! += packets;
    counters[1]! += bytes;
  }

  #prepare(netns: string, hook: Hook, skb: Skb): void {
    const context = this.#context;
    context.netns = netns;
    context.hook = hook;
    context.skb = skb;
    context.packet = skb.packet;
    // A verdict deep in the chains leaves its callers on the stack.
    if (this.#stackChains.length > 0) {
      this.#stackChains.length = 0;
      this.#stackPositions.length = 0;
    }
  }

  /** Where the first rule from `position` on stands that matches; the chain's length when none does. */
  #firstMatch(chain: Chain, from: number, witness: WalkWitness | undefined): number {
    const { rules } = chain;
    const index = witness?.triesAll ? null : chain.index;
    const { packet } = this.#context;
    for (let position = from; ; position++) {
      if (index) position = index.next(packet, position);
      const rule = rules[position];
      if (!rule || this.#matches(chain, position, rule, witness)) return position;
    }
  }

  #matches(chain: Chain, position: number, rule: Rule, witness: WalkWitness | undefined): boolean {
    const context = this.#context;
    if (rule.isStateful) context.counters = this.ruleset.count(chain).rules[position]!;
    return witness ? witness.matches(rule, context, chain, position) : ruleMatches(rule, context);
  }

  /** Counts the packet and does what the rule says. */
  #act(chain: Chain, position: number, rule: Rule): StepVerdict {
    this.count(chain, position, 1, this.#context.packet.length);
    const { action } = rule;
    switch (action.kind) {
      case 'none':
        return 'continue';
      case 'verdict':
        return action.verdict;
      case 'jump':
      case 'goto':
        return action.kind;
      case 'extension':
        return action.target.apply(this.#context);
    }
  }

  #policy(base: Chain, skb: Skb): TableVerdict {
    this.count(base, -1, 1, skb.packet.length);
    this.#chain = base;
    this.#position = -1;
    return base.policy ?? 'ACCEPT';
  }
}
