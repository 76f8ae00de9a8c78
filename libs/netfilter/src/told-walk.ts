import type { RuleContext } from './iptables/extension.js';
import { explainMismatch, explainRule, headMatches, targetName, type Rule } from './iptables/rule.js';
import type { Chain } from './ruleset.js';
import type { ChanceTold, MissedRule, NetfilterStep, RuleCause, RuleReference, Tracer } from './types.js';
import type { StepVerdict, WalkWitness } from './walk.js';

/** Most misses that one step tells of: a chain of 5,000 Services would fill a trace. */
export const MISSES_TOLD = 20;

/** Thresholds and draws of chance are fractions of this. */
const ONE = 2 ** 31;

/** What an extension said against the rule at a position, and the chance that it asked. */
interface Objection {
  readonly position: number;
  readonly because: string;
  readonly chance?: ChanceTold;
}

type EndOfChain = Extract<NetfilterStep, { kind: 'end-of-chain' }>;
type Passed = Pick<EndOfChain, 'passedOver' | 'missed'>;

const NOTHING_PASSED: Passed = { passedOver: 0, missed: [] };

/**
 * Tells a trace of a walk through one table. Rules that fail by their head alone, or that an index left out, are put into
 * words only if they stand near enough to a step to be told: nothing about the packet changes until then.
 */
export class ToldWalk implements WalkWitness {
  readonly triesAll = false;
  /** Of the rules passed over since the last step. */
  #objections: Objection[] = [];
  /** The first of those rules. */
  #since = 0;
  /** Where the walk goes on in the chains that wait to be returned to. */
  readonly #callers: number[] = [];
  /** What the next step has to say of the rules before it, and of why its own matched. */
  #passed = NOTHING_PASSED;
  #because: readonly string[] = [];

  constructor(
    private readonly trace: Tracer,
    /** Names the objects that a rule (`-A CHAIN …`) was written for. */
    private readonly causeOf: (rule: string) => RuleCause | undefined,
  ) {}

  matches(rule: Rule, context: RuleContext, _chain: Chain, position: number): boolean {
    context.chanceThreshold = -1;
    if (!headMatches(rule.head, context)) return false;
    const because = explainMismatch(rule, context);
    if (because === undefined) return true;
    this.#objections.push({ position, because, ...chanceTold(context) });
    return false;
  }

  found(context: RuleContext, chain: Chain, position: number): void {
    this.#passed = { passedOver: position - this.#since, missed: this.#missed(context, chain, position) };
    const rule = chain.rules[position];
    this.#because = rule ? explainRule(rule, context) : [];
    this.#objections = [];
  }

  did(verdict: StepVerdict, context: RuleContext, chain: Chain, position: number): void {
    const rule = chain.rules[position];
    if (rule) {
      this.#tellRule(verdict, context, chain, position, rule);
      this.#passed = NOTHING_PASSED;
    }
    const returnsTo = verdict === 'RETURN' ? this.#callers.pop() : undefined;
    if (!rule && returnsTo !== undefined) this.#tellEnd(context, chain, 'return to caller');
    if (verdict === 'jump') this.#callers.push(position + 1);
    this.#since = returnsTo ?? (verdict === 'continue' ? position + 1 : 0);
  }

  fellThrough(context: RuleContext, base: Chain): void {
    this.#tellEnd(context, base, `policy ${base.policy ?? 'ACCEPT'}`);
  }

  /** The rules just before `position`, each with what spoke against it. */
  #missed(context: RuleContext, chain: Chain, position: number): MissedRule[] {
    const missed: MissedRule[] = [];
    let told = this.#objections.length - 1;
    for (let i = position - 1; i >= this.#since && missed.length < MISSES_TOLD; i--) {
      const objection = this.#objections[told]?.position === i ? this.#objections[told--] : undefined;
      const because = objection?.because ?? explainMismatch(chain.rules[i]!, context) ?? '';
      missed.push({ rule: this.#reference(chain, i), because, ...(objection?.chance && { chance: objection.chance }) });
    }
    return missed.reverse();
  }

  #tellRule(verdict: StepVerdict, context: RuleContext, chain: Chain, position: number, rule: Rule): void {
    const { hook, packet, skb } = context;
    const copy = { ...packet };
    this.trace({
      kind: 'rule',
      hook,
      rule: this.#reference(chain, position),
      verdict,
      target: targetName(rule.action),
      ...this.#passed,
      because: this.#because,
      ...chanceTold(context),
      before: copy,
      after: copy,
      mark: skb.mark,
    });
  }

  #tellEnd({ hook }: RuleContext, { table, name: chain }: Chain, outcome: EndOfChain['outcome']): void {
    this.trace({ kind: 'end-of-chain', hook, table, chain, ...this.#passed, outcome });
  }

  #reference(chain: Chain, position: number): RuleReference {
    return chain.reference(position, this.causeOf);
  }
}

/** What chance had to do with the rule asked last. */
function chanceTold({ chanceThreshold: threshold, kernel }: RuleContext): { chance?: ChanceTold } {
  if (threshold < 0) return {};
  const { drawn } = kernel.chance;
  return { chance: { threshold, probability: threshold / ONE, ...(drawn !== undefined && { draw: drawn / ONE }) } };
}
