import { explainMismatch, explainRule, ruleMatches, targetName, type Rule } from './iptables/rule.js';
import type { KernelServices, RuleContext, RuleVerdict } from './iptables/extension.js';
import type { Chain, Ruleset, TablePath } from './ruleset.js';
import type { ChanceTold, Hook, MissedRule, NetfilterStep, RejectWith, RuleCause, RuleReference, Skb, Tracer } from './types.js';

/** How a table let a packet go. */
export type TableVerdict = 'ACCEPT' | 'DROP' | 'REJECT';

type RuleStepVerdict = Extract<NetfilterStep, { kind: 'rule' }>['verdict'];

const NO_COUNTERS: number[] = [];

/** Thresholds and draws of chance are fractions of this. */
const ONE = 2 ** 31;

/** Most misses that one step tells of: a chain of 5,000 Services would fill a trace. */
export const MISSES_TOLD = 20;

/** Rules passed over since the last step of a chain. */
class Misses {
  passedOver = 0;
  readonly nearest: MissedRule[] = [];

  add(miss: MissedRule): void {
    this.passedOver++;
    if (this.nearest.length === MISSES_TOLD) this.nearest.shift();
    this.nearest.push(miss);
  }
}

/**
 * Takes packets through the chains of a table. Nothing is allocated per packet unless
 * somebody traces; what decided last is read off afterwards.
 */
export class TableWalk {
  readonly #stackChains: Chain[] = [];
  readonly #stackPositions: number[] = [];
  readonly #context: { -readonly [member in keyof RuleContext]: RuleContext[member] };
  #chain: Chain | undefined;
  #position = -1;

  constructor(
    private readonly ruleset: Ruleset,
    kernel: KernelServices,
    /** Told in traces; the rule as `-A CHAIN …`. */
    private readonly causeOf: (rule: string) => RuleCause | undefined,
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
    return this.#chain && this.#position >= 0 ? reference(this.#chain, this.#position) : 'policy';
  }

  /** The answer that the last REJECT owes. */
  get rejectWith(): RejectWith {
    const action = this.#chain?.rules[this.#position]?.action;
    return (action?.kind === 'extension' && action.target.rejectWith) || 'icmp-port-unreachable';
  }

  /** `nft_do_chain`: from the table's built-in chain of `hook` until something decides. */
  run(netns: string, hook: Hook, { chains, base: start }: TablePath, skb: Skb, trace?: Tracer): TableVerdict {
    // Most built-in chains of a node hold no rule, and are passed by every packet.
    if (!trace && start.rules.length === 0) return this.#policy(start, skb);
    this.#prepare(netns, hook, skb);
    let chain = start;
    let position = 0;
    let misses: Misses | undefined = trace && new Misses();
    for (;;) {
      const rule = chain.rules[position];
      if (rule && !(misses ? this.#matchesTold(chain, position, rule, misses) : this.#matches(chain, position, rule))) {
        position++;
        continue;
      }
      const verdict = rule ? this.#act(chain, position, rule) : 'RETURN';
      if (trace) {
        this.#tell(trace, chain, position, rule, verdict, misses!);
        misses = new Misses();
      }
      if (verdict === 'ACCEPT' || verdict === 'DROP' || verdict === 'REJECT') {
        this.#chain = chain;
        this.#position = position;
        return verdict;
      }
      if (verdict === 'continue') position++;
      else if (verdict === 'RETURN') {
        const caller = this.#stackChains.pop();
        if (!caller) return this.#policy(start, skb);
        chain = caller;
        position = this.#stackPositions.pop()!;
      } else {
        if (verdict === 'jump') {
          this.#stackChains.push(chain);
          this.#stackPositions.push(position + 1);
        }
        chain = chains.get(targetName(rule!.action))!;
        position = 0;
      }
    }
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

  #matches(chain: Chain, position: number, rule: Rule): boolean {
    const context = this.#context;
    context.chanceThreshold = -1;
    if (rule.isStateful) context.counters = this.ruleset.count(chain).rules[position]!;
    return ruleMatches(rule, context);
  }

  /** {@link #matches}, keeping why not. */
  #matchesTold(chain: Chain, position: number, rule: Rule, misses: Misses): boolean {
    const context = this.#context;
    context.chanceThreshold = -1;
    if (rule.isStateful) context.counters = this.ruleset.count(chain).rules[position]!;
    const because = explainMismatch(rule, context);
    if (because === undefined) return true;
    misses.add({ rule: this.#reference(chain, position), because, ...this.#chance() });
    return false;
  }

  /** What chance had to do with the rule asked last. */
  #chance(): { chance?: ChanceTold } {
    const { chanceThreshold: threshold, kernel } = this.#context;
    if (threshold < 0) return {};
    const { drawn } = kernel.chance;
    return { chance: { threshold, probability: threshold / ONE, ...(drawn !== undefined && { draw: drawn / ONE }) } };
  }

  #reference(chain: Chain, position: number): RuleReference {
    const told = reference(chain, position);
    const cause = this.causeOf(`-A ${told.chain} ${told.text}`);
    return cause ? { ...told, cause } : told;
  }

  /** Counts the packet and does what the rule says. */
  #act(chain: Chain, position: number, rule: Rule): RuleVerdict | 'jump' | 'goto' {
    const counters = this.ruleset.count(chain).rules[position]!;
    counters[0]!++;
    counters[1]! += this.#context.packet.length;
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
    const counters = this.ruleset.count(base).policy;
    counters[0]!++;
    counters[1]! += skb.packet.length;
    this.#chain = base;
    this.#position = -1;
    return base.policy ?? 'ACCEPT';
  }

  #tell(
    trace: Tracer,
    chain: Chain,
    position: number,
    rule: Rule | undefined,
    verdict: RuleStepVerdict,
    { passedOver, nearest: missed }: Misses,
  ): void {
    const { hook, packet, skb } = this.#context;
    if (rule) {
      const copy = { ...packet };
      trace({
        kind: 'rule',
        hook,
        rule: this.#reference(chain, position),
        verdict,
        target: targetName(rule.action),
        passedOver,
        missed,
        because: explainRule(rule, this.#context),
        ...this.#chance(),
        before: copy,
        after: copy,
        mark: skb.mark,
      });
    }
    if (this.#stackChains.length === 0 && verdict === 'RETURN') {
      const base = this.ruleset.chain(this.#context.netns, chain.table, hook);
      const ended = base ?? chain;
      trace({
        kind: 'end-of-chain',
        hook,
        table: chain.table,
        chain: ended.name,
        ...(rule ? { passedOver: 0, missed: [] } : { passedOver, missed }),
        outcome: `policy ${ended.policy ?? 'ACCEPT'}`,
      });
    } else if (!rule) {
      trace({ kind: 'end-of-chain', hook, table: chain.table, chain: chain.name, passedOver, missed, outcome: 'return to caller' });
    }
  }
}

const reference = (chain: Chain, position: number): RuleReference => ({
  table: chain.table,
  chain: chain.name,
  number: position + 1,
  text: chain.rules[position]!.text,
});
