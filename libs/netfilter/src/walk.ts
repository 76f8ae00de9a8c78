import { explainRule, ruleMatches, targetName, type Rule } from './iptables/rule.js';
import type { KernelServices, RuleContext, RuleVerdict } from './iptables/extension.js';
import type { Chain, Ruleset } from './ruleset.js';
import type { Hook, NetfilterStep, RejectWith, RuleReference, Skb, TableName, Tracer } from './types.js';

/** How a table let a packet go. */
export type TableVerdict = 'ACCEPT' | 'DROP' | 'REJECT';

type RuleStepVerdict = Extract<NetfilterStep, { kind: 'rule' }>['verdict'];

const NO_COUNTERS: number[] = [];

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
  run(netns: string, table: TableName, hook: Hook, skb: Skb, trace?: Tracer): TableVerdict {
    const chains = this.ruleset.table(netns, table);
    const start = chains?.get(hook);
    if (!chains || !start) return 'ACCEPT';
    this.#prepare(netns, hook, skb);
    let chain = start;
    let position = 0;
    let lookedAtFrom = 0;
    for (;;) {
      const rule = chain.rules[position];
      if (rule && !this.#matches(chain, position, rule)) {
        position++;
        continue;
      }
      const verdict = rule ? this.#act(chain, position, rule) : 'RETURN';
      if (trace) this.#tell(trace, chain, position, rule, verdict, lookedAtFrom);
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
      lookedAtFrom = position;
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

  #tell(trace: Tracer, chain: Chain, position: number, rule: Rule | undefined, verdict: RuleStepVerdict, lookedAtFrom: number): void {
    const { hook, packet, skb, chanceThreshold } = this.#context;
    const passedOver = position - lookedAtFrom;
    if (rule) {
      const copy = { ...packet };
      trace({
        kind: 'rule',
        hook,
        rule: reference(chain, position),
        verdict,
        target: targetName(rule.action),
        passedOver,
        because: explainRule(rule, this.#context),
        ...(chanceThreshold >= 0 && { chance: { threshold: chanceThreshold, probability: chanceThreshold / 2 ** 31 } }),
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
        passedOver: rule ? 0 : passedOver,
        outcome: `policy ${ended.policy ?? 'ACCEPT'}`,
      });
    } else if (!rule) {
      trace({ kind: 'end-of-chain', hook, table: chain.table, chain: chain.name, passedOver, outcome: 'return to caller' });
    }
  }
}

const reference = (chain: Chain, position: number): RuleReference => ({
  table: chain.table,
  chain: chain.name,
  number: position + 1,
  text: chain.rules[position]!.text,
});
