import { isBuiltIn } from '../hooks.js';
import type { Policy } from '../ruleset.js';
import type { TableDraft } from '../table-draft.js';
import type { CommandLine } from './command-line.js';
import { wrongInterfaceOption } from './command-line.js';
import type { IptablesContext } from './context.js';
import { listRuleBriefly } from './listing.js';
import { setsOf, type Rule } from './rule.js';
import type { RuleOutline } from './rule-shape.js';
import { kernelRefusal, NO_SUCH_CHAIN, NO_SUCH_RULE, parameterProblem, RuleRefused, ToolError } from './tool-error.js';

type Addition = 'APPEND' | 'INSERT' | 'REPLACE';

/** Where a rule came from, to blame the right line when the kernel refuses the whole. */
interface Origin {
  readonly addition: Addition;
  readonly line: number | undefined;
}

/**
 * The changes of one table in one go: what each command asks for is done on a draft;
 * `commit` lets the kernel check the whole and makes it true. Throws {@link ToolError}.
 */
export class TableChanges {
  readonly #added = new Map<string, Origin>();
  /** Chains jumped to before they were there. */
  readonly #wanted = new Set<string>();
  /** Line of iptables-restore that is being worked on. */
  line: number | undefined;

  constructor(
    private readonly context: IptablesContext,
    readonly draft: TableDraft,
  ) {}

  /** A command that changes the table; returns what `-v` prints. */
  run(command: CommandLine): string {
    switch (command.letter) {
      case 'A':
        return this.#addRules(command, 'APPEND');
      case 'I':
        return this.#addRules(command, 'INSERT');
      case 'R':
        return this.#replace(command);
      case 'D':
        return this.#deleteRules(command);
      case 'C':
        return this.#check(command);
      case 'N':
        return this.#create(command.chain!);
      case 'X':
        return this.#deleteChains(command);
      case 'F':
        return this.#flush(command);
      case 'Z':
        this.zero(command.chain, command.ruleNumber);
        return '';
      case 'E':
        return this.#rename(command.chain!, command.word!);
      case 'P':
        return this.#setPolicy(command.chain!, command.word!);
      default:
        return '';
    }
  }

  /** Appends a rule that is already understood: the quick way through iptables-restore. */
  append(chain: string, rule: RuleOutline, counters: readonly [number, number]): void {
    this.#checkRule(chain, rule);
    const draft = this.draft.change(chain);
    if (!draft) throw new ToolError('errno', NO_SUCH_CHAIN);
    this.#admit(chain, rule, 'APPEND');
    draft.insert(draft.rules.length, rule, counters);
    this.#noteAddition(chain, rule, 'APPEND');
  }

  /** `:CHAIN - [0:0]`: makes a user-defined chain, or empties the one there is. */
  declare(chain: string): void {
    if (this.draft.has(chain)) this.draft.flush(chain);
    else this.draft.create(chain);
  }

  setPolicy(chain: string, policy: Policy, counters?: readonly [number, number]): void {
    const draft = this.draft.change(chain)!;
    draft.policy = policy;
    if (counters) draft.counters.policy.splice(0, 2, ...counters);
  }

  zero(chain: string | undefined, ruleNumber?: number): void {
    if (chain !== undefined && !this.#exists(chain)) throw new ToolError('errno', NO_SUCH_CHAIN);
    if (!this.draft.exists) return;
    for (const name of chain === undefined ? this.draft.names() : [chain]) {
      const { counters } = this.draft.change(name)!;
      if (ruleNumber === undefined) counters.policy.fill(0);
      for (const [i, rule] of counters.rules.entries()) if (ruleNumber === undefined || ruleNumber === i + 1) rule.fill(0, 0, 2);
    }
  }

  /** The kernel's part: all or nothing. */
  commit(): void {
    this.check();
    this.draft.commit();
    this.context.committed();
  }

  /** Whether the kernel would take the whole. */
  check(): void {
    for (const chain of this.#wanted) if (!this.#exists(chain)) throw missingChain(chain);
    try {
      if (this.#added.size > 0) this.draft.validate();
    } catch (error) {
      if (error instanceof RuleRefused) this.#blame(error);
      throw error;
    }
  }

  #blame(error: RuleRefused): never {
    const chain = error.chains.find((name) => this.#added.has(name)) ?? [...this.#added.keys()].at(-1)!;
    const { addition, line } = this.#added.get(chain)!;
    this.line = line;
    throw kernelRefusal(`RULE_${addition}`, error.reason, `rule in chain ${chain}`);
  }

  #addRules(command: CommandLine, addition: Addition): string {
    const chain = command.chain!;
    for (const rule of command.rules) this.#checkRule(chain, rule);
    if (!this.#exists(chain)) throw new ToolError('errno', NO_SUCH_CHAIN);
    const length = this.draft.rules(chain).length;
    const position = addition === 'APPEND' ? length : command.ruleNumber! - 1;
    if (position > length) throw new ToolError('errno', 'Index of insertion too big');
    if (command.refusal) throw kernelRefusal(`RULE_${addition}`, command.refusal, `rule in chain ${chain}`);
    for (const [i, rule] of command.rules.entries()) this.#insert(chain, position + i, rule, command.counters, addition);
    return command.verbose ? command.rules.map(listRuleBriefly).join('') : '';
  }

  #replace(command: CommandLine): string {
    const chain = command.chain!;
    for (const rule of command.rules) this.#checkRule(chain, rule);
    if (command.rules.length > 1) throw parameterProblem('Replacement rule does not specify a unique address');
    if (!this.#exists(chain)) throw new ToolError('errno', NO_SUCH_CHAIN);
    const position = command.ruleNumber! - 1;
    if (position >= this.draft.rules(chain).length) throw new ToolError('errno', 'Index of replacement too big');
    if (command.refusal) throw kernelRefusal('RULE_REPLACE', command.refusal, `rule in chain ${chain}`);
    this.draft.removeRule(chain, position);
    this.#insert(chain, position, command.rules[0]!, command.counters, 'REPLACE');
    return command.verbose ? listRuleBriefly(command.rules[0]!) : '';
  }

  #deleteRules(command: CommandLine): string {
    const chain = command.chain!;
    for (const rule of command.rules) this.#checkRule(chain, rule);
    if (!this.#exists(chain)) throw new ToolError('errno', NO_SUCH_CHAIN);
    if (command.ruleNumber !== undefined) {
      if (command.ruleNumber > this.draft.rules(chain).length) throw new ToolError('errno', 'Index of deletion too big');
      this.draft.removeRule(chain, command.ruleNumber - 1);
      return '';
    }
    if (command.refusal) throw new ToolError('errno', NO_SUCH_RULE);
    for (const rule of command.rules) this.draft.removeRule(chain, this.#find(chain, rule));
    return command.verbose ? command.rules.map(listRuleBriefly).join('') : '';
  }

  #check(command: CommandLine): string {
    const chain = command.chain!;
    for (const rule of command.rules) this.#checkRule(chain, rule);
    if (!this.#exists(chain)) throw new ToolError('errno', NO_SUCH_CHAIN);
    if (command.refusal) throw new ToolError('errno', NO_SUCH_RULE);
    for (const rule of command.rules) this.#find(chain, rule);
    return command.verbose ? command.rules.map(listRuleBriefly).join('') : '';
  }

  #find(chain: string, rule: Rule): number {
    const position = this.draft.rules(chain).findIndex((other) => other.text === rule.text);
    if (position < 0) throw new ToolError('errno', NO_SUCH_RULE);
    return position;
  }

  #create(chain: string): string {
    if (this.#exists(chain)) throw new ToolError('errno', 'Chain already exists');
    this.draft.create(chain);
    return '';
  }

  #deleteChains(command: CommandLine): string {
    const chain = command.chain;
    if (chain !== undefined) {
      this.#deleteChain(chain);
      return command.verbose ? `Deleting chain \`${chain}'\n` : '';
    }
    const own = this.draft.names().filter((name) => !isBuiltIn(this.draft.table, name));
    for (const name of own) if (this.#isBusy(name)) this.#refuseDeletion(name);
    for (const name of own) this.draft.delete(name);
    return command.verbose ? own.map((name) => `Deleting chain \`${name}'\n`).join('') : '';
  }

  #deleteChain(chain: string): void {
    if (!this.draft.has(chain)) throw new ToolError('errno', NO_SUCH_CHAIN);
    if (isBuiltIn(this.draft.table, chain)) {
      this.#deleteBuiltIn(chain);
      return;
    }
    if (this.#isBusy(chain)) this.#refuseDeletion(chain);
    this.draft.delete(chain);
  }

  // Simplification: a built-in chain stays; nf_tables drops an empty one until it is needed again.
  #deleteBuiltIn(chain: string): void {
    if (this.draft.policy(chain) === 'DROP') throw new ToolError('errno', 'Directory not empty');
    if (this.draft.rules(chain).length > 0) this.#refuseDeletion(chain);
  }

  #isBusy(chain: string): boolean {
    return this.draft.rules(chain).length > 0 || this.draft.references(chain) > 0;
  }

  #refuseDeletion(chain: string): never {
    throw kernelRefusal('CHAIN_DEL', 'Device or resource busy', `chain ${chain}`);
  }

  #flush(command: CommandLine): string {
    if (command.chain !== undefined && !this.#exists(command.chain)) throw new ToolError('errno', NO_SUCH_CHAIN);
    const chains = command.chain === undefined ? this.draft.names() : [command.chain];
    if (this.draft.exists) for (const name of chains) this.draft.flush(name);
    return command.verbose ? chains.map((name) => `Flushing chain \`${name}'\n`).join('') : '';
  }

  #rename(chain: string, newName: string): string {
    if (this.#exists(newName)) throw new ToolError('errno', 'File exists');
    if (!this.draft.has(chain) || isBuiltIn(this.draft.table, chain)) throw new ToolError('errno', NO_SUCH_CHAIN);
    this.draft.rename(chain, newName);
    return '';
  }

  #setPolicy(chain: string, policy: string): string {
    if (!isBuiltIn(this.draft.table, chain)) throw new ToolError('errno', 'Bad built-in chain name');
    if (policy !== 'ACCEPT' && policy !== 'DROP') throw new ToolError('errno', "Bad policy name. Run `dmesg' for more information");
    this.setPolicy(chain, policy);
    return '';
  }

  /** Built-in chains count as there even while nobody has touched their table. */
  #exists(chain: string): boolean {
    return this.draft.has(chain) || isBuiltIn(this.draft.table, chain);
  }

  #insert(chain: string, position: number, rule: RuleOutline, counters: readonly [number, number], addition: Addition): void {
    this.#admit(chain, rule, addition);
    this.draft.change(chain)!.insert(position, rule, counters);
    this.#noteAddition(chain, rule, addition);
  }

  #noteAddition(chain: string, rule: RuleOutline, addition: Addition): void {
    const needsValidation = rule.action.kind !== 'none' && rule.action.kind !== 'verdict';
    if (needsValidation || rule.matches.some((match) => match.hooks)) this.#added.set(chain, { addition, line: this.line });
  }

  /** What the tool itself finds wrong with a rule for this chain. */
  #checkRule(chain: string, rule: RuleOutline): void {
    const { action, head } = rule;
    const wrong = wrongInterfaceOption(chain, head.inIface.name !== '', head.outIface.name !== '');
    if (wrong) throw parameterProblem(`Can't use -${wrong} with ${chain}\n`);
    if (action.kind === 'verdict' && action.verdict === 'DROP' && this.draft.table === 'nat') {
      throw parameterProblem('\nThe "nat" table is not intended for filtering, the use of DROP is therefore inhibited.\n\n');
    }
    for (const set of setsOf(rule)) if (!this.context.hasIpset(set)) throw parameterProblem(`Set ${set} doesn't exist.\n`);
    if ((action.kind === 'jump' || action.kind === 'goto') && !this.#exists(action.chain)) {
      // iptables-restore looks for the chain at COMMIT: a later line may declare it.
      if (this.line === undefined) throw missingChain(action.chain);
      this.#wanted.add(action.chain);
    }
  }

  /** What the kernel's own checks of a single rule find. */
  #admit(chain: string, rule: RuleOutline, addition: Addition): void {
    const refuse = (reason: string): never => {
      throw kernelRefusal(`RULE_${addition}`, reason, `rule in chain ${chain}`);
    };
    for (const match of rule.matches) {
      if (match.accountingObject !== undefined && !this.context.hasAccountingObject(match.accountingObject))
        refuse('No such file or directory');
    }
    const { action } = rule;
    if ((action.kind === 'jump' || action.kind === 'goto') && isBuiltIn(this.draft.table, action.chain)) refuse('Operation not supported');
    if (action.kind === 'extension' && action.extension.tables && !action.extension.tables.includes(this.draft.table))
      refuse('Invalid argument');
  }
}

const missingChain = (chain: string): ToolError => parameterProblem(`Chain '${chain}' does not exist`);
