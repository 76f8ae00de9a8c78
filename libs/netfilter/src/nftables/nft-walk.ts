import type { KernelServices } from '../iptables/extension.js';
import { MISSES_TOLD } from '../told-walk.js';
import type { Hook, MissedRule, NetfilterStep, RejectWith, RuleCause, RuleReference, Skb, Tracer } from '../types.js';
import type { ChainRule, LoadedChain, LoadedTable } from './loaded.js';
import type { HookedChain } from './nft-ruleset.js';
import type { PacketContext, Told } from './packet-context.js';
import { NO_MATCH, type NftRule, type Statement, type StatementOutcome } from './rule.js';

/** How a base chain let a packet go. */
export type BaseChainVerdict = 'ACCEPT' | 'DROP' | 'REJECT';

type RuleStep = Extract<NetfilterStep, { kind: 'rule' }>;

const NO_NUMBERS: number[] = [];
const RETURN = { kind: 'return' } as const;
const CONTINUE = { kind: 'continue' } as const;

/** Rules passed over since the last step of a chain. */
class Misses {
  passedOver = 0;
  readonly missed: MissedRule[] = [];

  add(miss: MissedRule): void {
    this.passedOver++;
    if (this.missed.length === MISSES_TOLD) this.missed.shift();
    this.missed.push(miss);
  }
}

/** Where a walk stands. */
interface Place {
  readonly chain: LoadedChain;
  readonly position: number;
}

/** Takes packets through the chains of native tables (Linux: net/netfilter/nf_tables_core.c, `nft_do_chain`). */
export class NftWalk {
  readonly #context: PacketContext;
  #decidedBy: Place | undefined;
  /** The statement that let the last rule not match. */
  #objector: Statement | undefined;

  constructor(
    kernel: KernelServices,
    /** Told in traces; `led` is the chain that a verdict map led to. */
    private readonly causeOf: (rule: RuleReference, led?: string) => RuleCause | undefined,
  ) {
    this.#context = {
      kernel,
      netns: '',
      hook: 'INPUT',
      skb: undefined as unknown as Skb,
      packet: undefined as unknown as Skb['packet'],
      table: undefined as unknown as LoadedTable,
      numbers: NO_NUMBERS,
      told: undefined,
    };
  }

  /** The rule that ended the last walk, or the policy. */
  get decidedBy(): RuleReference | 'policy' {
    return this.#decidedBy ? reference(this.#decidedBy) : 'policy';
  }

  /** The answer that the last reject owes. */
  get rejectWith(): RejectWith {
    const statements = this.#decidedBy?.chain.rules[this.#decidedBy.position]?.rule.statements;
    return statements?.find((statement) => statement.rejectWith)?.rejectWith ?? 'icmp-port-unreachable';
  }

  /** From a base chain until something decides. */
  run(netns: string, hook: Hook, { chain: start, base }: HookedChain, skb: Skb, trace?: Tracer): BaseChainVerdict {
    const context = this.#context;
    context.netns = netns;
    context.hook = hook;
    context.skb = skb;
    context.packet = skb.packet;
    context.table = start.table;
    const callers: Place[] = [];
    let chain = start;
    let position = 0;
    let misses = trace && new Misses();
    for (;;) {
      const rule = chain.rules[position];
      const outcome = rule ? this.#try(chain, rule, trace !== undefined) : RETURN;
      if (outcome === NO_MATCH) {
        misses?.add(this.#miss({ chain, position }));
        position++;
        continue;
      }
      const passed = misses;
      if (trace) {
        this.#tell(trace, { chain, position }, rule, outcome ?? CONTINUE, misses!);
        misses = new Misses();
      }
      switch (outcome?.kind) {
        case undefined:
        case 'continue':
          position++;
          break;
        case 'accept':
        case 'drop':
        case 'reject':
          this.#decidedBy = { chain, position };
          return VERDICTS[outcome.kind];
        case 'jump':
        case 'goto':
          if (outcome.kind === 'jump') callers.push({ chain, position: position + 1 });
          chain = start.table.chains.get(outcome.chain)!;
          position = 0;
          break;
        case 'return': {
          const caller = callers.pop();
          if (!caller) {
            if (trace) this.#tellPolicy(trace, start, base.policy, rule ? undefined : passed);
            this.#decidedBy = undefined;
            return base.policy === 'drop' ? 'DROP' : 'ACCEPT';
          }
          chain = caller.chain;
          position = caller.position;
        }
      }
    }
  }

  /** Runs a rule's statements until one of them decides, or does not match. */
  #try(chain: LoadedChain, { rule, handle }: ChainRule, traced: boolean): StatementOutcome {
    const context = this.#context;
    context.numbers = rule.numbers.length > 0 ? chain.editNumbers({ rule, handle }) : NO_NUMBERS;
    context.told = traced ? { lookups: [] } : undefined;
    for (const statement of rule.statements) {
      const outcome = statement.run(context);
      if (outcome === undefined) continue;
      if (outcome === NO_MATCH) this.#objector = statement;
      return outcome;
    }
    return undefined;
  }

  #miss(place: Place): MissedRule {
    const { told } = this.#context;
    return {
      rule: this.#reference(place),
      because: this.#objector?.explain?.(this.#context, false) ?? 'it does not apply',
      ...(told?.chance && { chance: told.chance }),
    };
  }

  #tell(trace: Tracer, place: Place, rule: ChainRule | undefined, outcome: NonNullable<StatementOutcome>, misses: Misses): void {
    const { hook, packet, skb, told } = this.#context;
    const { chain } = place;
    const { passedOver, missed } = misses;
    if (!rule) {
      if (chain.base) return;
      trace({ kind: 'end-of-chain', hook, table: tableOf(chain), chain: chain.name, passedOver, missed, outcome: 'return to caller' });
      return;
    }
    const copy = { ...packet };
    trace({
      kind: 'rule',
      hook,
      rule: this.#reference(place, 'chain' in outcome ? outcome.chain : undefined),
      verdict: STEP_VERDICTS[outcome.kind as keyof typeof STEP_VERDICTS],
      target: titleOf(rule.rule, outcome),
      passedOver,
      missed,
      because: this.#reasons(rule.rule),
      ...tellings(told),
      before: copy,
      after: copy,
      mark: skb.mark,
    });
  }

  #reasons(rule: NftRule): string[] {
    return rule.statements.map((statement) => statement.explain?.(this.#context, true) ?? '').filter((reason) => reason !== '');
  }

  #tellPolicy(trace: Tracer, start: LoadedChain, policy: 'accept' | 'drop', misses: Misses | undefined): void {
    trace({
      kind: 'end-of-chain',
      hook: this.#context.hook,
      table: tableOf(start),
      chain: start.name,
      passedOver: misses?.passedOver ?? 0,
      missed: misses?.missed ?? [],
      outcome: policy === 'drop' ? 'policy DROP' : 'policy ACCEPT',
    });
  }

  #reference(place: Place, led?: string): RuleReference {
    const told = reference(place);
    const cause = this.causeOf(told, led);
    return cause ? { ...told, cause } : told;
  }
}

const VERDICTS = { accept: 'ACCEPT', drop: 'DROP', reject: 'REJECT' } as const;
const STEP_VERDICTS = { ...VERDICTS, jump: 'jump', goto: 'goto', return: 'RETURN', continue: 'continue' } as const;

const tellings = (told: Told | undefined): Pick<RuleStep, 'chance' | 'lookups'> => ({
  ...(told?.chance && { chance: told.chance }),
  ...(told && told.lookups.length > 0 && { lookups: told.lookups }),
});

const tableOf = ({ table }: LoadedChain): RuleReference['table'] => `${table.family} ${table.name}`;

const reference = ({ chain, position }: Place): RuleReference => {
  const { handle, rule } = chain.rules[position]!;
  return { table: tableOf(chain), chain: chain.name, number: position + 1, handle, text: rule.text };
};

/** What the rule did: the chain it went to, or its last statement that does something. */
function titleOf({ statements }: NftRule, outcome: NonNullable<StatementOutcome>): string {
  if ('chain' in outcome) return outcome.chain;
  const doing = statements.map(({ title }) => title).filter((title) => title !== undefined);
  return doing.at(-1) ?? (outcome.kind === 'continue' ? '' : outcome.kind);
}
