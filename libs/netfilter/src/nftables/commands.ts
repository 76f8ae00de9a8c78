import type { Hook } from '../types.js';
import { readChainProperty, readSetDeclaration, type ChainDeclaration, type SetDeclaration } from './declarations.js';
import { DraftSet, type DraftChain, type DraftTable, type NftDraft } from './draft.js';
import { readElements, type WrittenElement } from './elements.js';
import type { Token, TokenReader } from './lexer.js';
import { KERNEL, NftProblem, NOT_FOUND, type Span } from './problem.js';
import { readRule } from './rule-parser.js';
import type { NftRule } from './rule.js';
import { isTableFamily, type BaseChain, type ChainType, type TableFamily } from './types.js';

/** What commands ask of those who run them. */
export interface CommandSurroundings {
  readonly draft: NftDraft;
  /** Whether a table of iptables of this priority hangs in the hook already. */
  iptablesHangs(hook: Hook, type: ChainType, priority: number): boolean;
  hasInterface(name: string): boolean;
  /** Reads a `list …` command, to be answered when everything is done. */
  readList(reader: TokenReader): void;
}

/** Hooks of each type of chain (Linux: net/netfilter/nft_chain_nat.c, nft_chain_route.c). */
const TYPE_HOOKS: Readonly<Record<ChainType, readonly Hook[]>> = {
  filter: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  route: ['OUTPUT'],
};
/** Connections must be known before they can be translated. */
const CONNTRACK_PRIORITY = -200;

const VERBS = ['add', 'create', 'insert', 'replace', 'delete', 'flush', 'list'] as const;
type Verb = (typeof VERBS)[number];

const UNBUILT_FAMILIES = ['arp', 'bridge', 'netdev'];

/** Does nft's commands one after the other on a draft. Throws {@link NftProblem} at the first that cannot be done. */
// Simplification: the first problem ends the reading; the real tool goes on and tells the others too.
export class CommandRunner {
  constructor(
    private readonly reader: TokenReader,
    private readonly surroundings: CommandSurroundings,
  ) {}

  get #draft(): NftDraft {
    return this.surroundings.draft;
  }

  /** Runs everything up to the end of the text. */
  run(): void {
    const { reader } = this;
    reader.skipNewlines();
    while (reader.here.kind !== 'end') {
      const begins = reader.here;
      if (reader.at('table')) this.#add('add', begins);
      else this.#command(begins);
      if (!reader.atEndOfStatement || reader.at('}')) throw reader.unexpected();
      reader.skipNewlines();
    }
  }

  #command(begins: Token): void {
    const { reader } = this;
    const verb = VERBS.find((known) => reader.at(known));
    if (!verb) throw new NftProblem('syntax error, unexpected string', reader.next());
    reader.next();
    const doVerb: { readonly [verb in Verb]: () => void } = {
      add: () => this.#add('add', begins),
      create: () => this.#add('create', begins),
      insert: () => this.#addRule('insert', begins),
      replace: () => this.#addRule('replace', begins),
      delete: () => this.#delete(),
      flush: () => this.#flush(),
      list: () => this.surroundings.readList(reader),
    };
    doVerb[verb]();
  }

  #add(verb: 'add' | 'create', begins: Token): void {
    const { reader } = this;
    const object = reader.word();
    switch (object.text) {
      case 'table':
        return this.#addTable(verb);
      case 'chain':
        return this.#addChain(verb, begins);
      case 'set':
      case 'map':
        return this.#addSet(verb, object.text);
      case 'element':
        return this.#addElements(verb);
      case 'rule':
        if (verb === 'create') throw new NftProblem('syntax error, unexpected rule', object);
        return this.#addRuleAfterWord('add', begins);
      default:
        throw new NftProblem('syntax error, unexpected string', object);
    }
  }

  // ---- Tables ----

  #addTable(verb: 'add' | 'create'): void {
    const { reader } = this;
    const family = this.#family();
    const name = reader.word();
    let table = this.#draft.table(family, name.text);
    if (table && verb === 'create') throw new NftProblem(KERNEL.exists, name);
    table ??= this.#draft.createTable(family, name.text, {});
    if (reader.at('{')) this.#tableBlock(table);
  }

  /** Chains first, then sets, then rules: what stands further down may be named further up. */
  #tableBlock(table: DraftTable): void {
    const { reader } = this;
    const sets: (() => void)[] = [];
    const rules: (() => void)[] = [];
    let dormant = false;
    reader.expect('{');
    reader.skipNewlines();
    while (!reader.accept('}')) {
      if (reader.accept('comment')) {
        const comment = reader.string().text;
        if (!table.loaded) table.record = { ...table.record, comment };
      } else if (reader.accept('flags')) {
        reader.expect('dormant');
        dormant = true;
      } else if (reader.accept('chain')) rules.push(this.#chainBlock(table));
      else if (reader.at('set') || reader.at('map')) {
        const kind = reader.next().text as 'set' | 'map';
        const name = reader.word();
        const declaration = readSetDeclaration(reader, kind);
        sets.push(() => this.#putElements(table, this.#ensureSet(table, name, declaration, 'add'), declaration.elements, false));
      } else throw reader.unexpected();
      reader.skipNewlines();
    }
    if (dormant) table.record = { ...table.record, dormant };
    else if (table.record.dormant) {
      const { dormant: _awake, ...record } = table.record;
      table.record = record;
    }
    for (const work of [...sets, ...rules]) work();
  }

  #chainBlock(table: DraftTable): () => void {
    const { reader } = this;
    const name = reader.word();
    const declaration: ChainDeclaration = {};
    const rules: { rule: NftRule; at: Span }[] = [];
    reader.expect('{');
    reader.skipNewlines();
    while (!reader.at('}')) {
      if (!readChainProperty(reader, declaration)) {
        const { from } = reader.here;
        const rule = readRule(reader, table.family);
        rules.push({ rule, at: { from, to: reader.last.to } });
        reader.skipNewlines();
      }
    }
    const at = { from: name.from, to: reader.expect('}').to };
    const chain = this.#ensureChain(table, name, declaration, 'add', at);
    return () => {
      for (const { rule, at: ruleAt } of rules) this.#putRule(table, name.text, chain, rule, chain.rules.length, ruleAt);
    };
  }

  #table(): { readonly table: DraftTable; readonly name: Token } {
    const family = this.#family();
    const name = this.reader.word();
    const table = this.#draft.table(family, name.text);
    if (!table) throw new NftProblem(KERNEL.notFound, name);
    return { table, name };
  }

  /** `ip` where none is given. */
  #family(): TableFamily {
    const { reader } = this;
    const { text } = reader.here;
    if (UNBUILT_FAMILIES.includes(text)) throw new NftProblem(`family ${text} is not simulated`, reader.here);
    if (!isTableFamily(text)) return 'ip';
    reader.next();
    return text;
  }

  // ---- Chains ----

  #addChain(verb: 'add' | 'create', begins: Token): void {
    const { reader } = this;
    const { table } = this.#table();
    const name = reader.word();
    const declaration: ChainDeclaration = {};
    if (reader.accept('{')) {
      reader.skipNewlines();
      while (!reader.at('}')) if (!readChainProperty(reader, declaration)) throw reader.unexpected();
      reader.expect('}');
    }
    this.#ensureChain(table, name, declaration, verb, { from: begins.from, to: reader.last.to });
  }

  #ensureChain(table: DraftTable, name: Token, declaration: ChainDeclaration, verb: 'add' | 'create', at: Span): DraftChain {
    const known = table.chain(name.text);
    if (known) {
      if (verb === 'create') throw new NftProblem(KERNEL.exists, name);
      this.#changeChain(known, declaration, at);
      return known;
    }
    const { base, policy = 'accept', comment } = declaration;
    if (base) checkBase(base, at);
    const chain: DraftChain = {
      handle: table.takeHandle(),
      ...(base && { base: this.#hooked(base, policy) }),
      ...(comment !== undefined && { comment }),
      rules: [],
      state: {},
    };
    table.chains.set(name.text, chain);
    return chain;
  }

  /** A chain that is there keeps its hook; only its policy can change. */
  #changeChain(chain: DraftChain, { base, policy }: ChainDeclaration, at: Span): void {
    const was = chain.base;
    if (base && !(was && was.type === base.type && was.hook === base.hook && was.priority === base.priority)) {
      throw new NftProblem(KERNEL.notSupported, at);
    }
    if (policy && was) chain.base = { ...was, policy };
  }

  #hooked(base: NonNullable<ChainDeclaration['base']>, policy: 'accept' | 'drop'): BaseChain {
    return {
      ...base,
      policy,
      registered: this.#draft.takeRegistration(),
      beforeIptables: this.surroundings.iptablesHangs(base.hook, base.type, base.priority),
    };
  }

  #chain(table: DraftTable): { readonly chain: DraftChain; readonly name: Token } {
    const name = this.reader.word();
    const chain = table.chain(name.text);
    if (!chain) throw new NftProblem(KERNEL.notFound, name);
    return { chain, name };
  }

  // ---- Rules ----

  #addRule(verb: 'insert' | 'replace', begins: Token): void {
    this.reader.expect('rule');
    this.#addRuleAfterWord(verb, begins);
  }

  #addRuleAfterWord(verb: 'add' | 'insert' | 'replace', begins: Token): void {
    const { reader } = this;
    const { table } = this.#table();
    const { chain, name } = this.#chain(table);
    const place = this.#place(chain, verb);
    const rule = readRule(reader, table.family);
    const at = { from: begins.from, to: reader.last.to };
    const replaced = verb === 'replace' ? chain.rules.splice(place, 1)[0]![0] : undefined;
    if (replaced !== undefined) delete chain.state[replaced];
    this.#putRule(table, name.text, chain, rule, place, at, replaced);
  }

  /** Where the rule goes: behind a handle or index (before it with `insert`), else last or first. */
  #place(chain: DraftChain, verb: 'add' | 'insert' | 'replace'): number {
    const { reader } = this;
    const behind = verb === 'add' ? 1 : 0;
    if (reader.accept('handle') || reader.accept('position')) {
      const at = reader.here;
      const handle = reader.number();
      const position = chain.rules.findIndex(([known]) => known === handle);
      if (position < 0) throw new NftProblem(KERNEL.notFound, at);
      return position + behind;
    }
    if (verb === 'replace') throw reader.unexpected();
    if (reader.accept('index')) {
      const at = reader.here;
      const index = reader.number();
      if (index >= chain.rules.length) throw new NftProblem(KERNEL.notFound, at);
      return index + behind;
    }
    return verb === 'insert' ? 0 : chain.rules.length;
  }

  /** A rule that takes another's place takes its handle too. */
  #putRule(table: DraftTable, chainName: string, chain: DraftChain, rule: NftRule, place: number, at: Span, handle?: number): void {
    for (const { name, at: interfaceAt } of rule.interfaces) {
      if (!this.surroundings.hasInterface(name)) throw new NftProblem('Interface does not exist', interfaceAt);
    }
    for (const { name, at: setAt } of rule.sets) if (!table.hasSet(name)) throw new NftProblem(NOT_FOUND, setAt);
    for (const { name, at: chainAt } of rule.chains) if (!table.hasChain(name)) throw new NftProblem(KERNEL.notFound, chainAt);
    table.writtenAt.set(chainName, at);
    this.#draft.addRule(table, chain, rule, place, handle);
  }

  // ---- Sets ----

  #addSet(verb: 'add' | 'create', kind: 'set' | 'map'): void {
    const { table } = this.#table();
    const name = this.reader.word();
    const declaration = readSetDeclaration(this.reader, kind);
    const set = this.#ensureSet(table, name, declaration, verb);
    this.#putElements(table, set, declaration.elements, false);
  }

  #ensureSet(table: DraftTable, name: Token, { record }: SetDeclaration, verb: 'add' | 'create'): DraftSet {
    const known = table.set(name.text);
    if (known) {
      const same = known.record.kind === record.kind && known.record.type === record.type && known.record.data === record.data;
      if (verb === 'create' || !same || !sameFlags(known.record.flags, record.flags)) throw new NftProblem(KERNEL.exists, name);
      return known;
    }
    const set = new DraftSet({ ...record, handle: table.takeHandle() }, undefined);
    table.sets.set(name.text, set);
    return set;
  }

  #set(table: DraftTable, kind?: 'set' | 'map', reason: string = KERNEL.notFound): { readonly set: DraftSet; readonly name: Token } {
    const name = this.reader.word();
    const set = table.set(name.text);
    if (!set || (kind && set.record.kind !== kind)) throw new NftProblem(reason, name);
    return { set, name };
  }

  #addElements(verb: 'add' | 'create'): void {
    const { table } = this.#table();
    const { set } = this.#set(table, undefined, NOT_FOUND);
    this.#putElements(table, set, readElements(this.reader, set.shape), verb === 'create');
  }

  #putElements(table: DraftTable, set: DraftSet, elements: readonly WrittenElement[], mustBeNew: boolean): void {
    for (const element of elements) {
      const { verdict } = element;
      if (verdict && 'chain' in verdict && !table.hasChain(verdict.chain)) throw new NftProblem(KERNEL.notFound, element.at);
      if (!set.record.flags.includes('interval') && element.key.some(({ low, high }) => low !== high && typeof low !== 'object')) {
        throw new NftProblem("You must add 'flags interval' to your set declaration if you want to add prefix elements", element.at);
      }
      this.#draft.addElement(table, set, element, { mustBeNew });
    }
  }

  // ---- Taking away ----

  #delete(): void {
    const { reader } = this;
    const object = reader.word();
    switch (object.text) {
      case 'table':
        return this.#draft.deleteTable(this.#table().table);
      case 'chain':
        return this.#deleteNamed('chain');
      case 'set':
      case 'map':
        return this.#deleteNamed('set', object.text);
      case 'rule':
        return this.#deleteRule();
      case 'element':
        return this.#deleteElements();
      default:
        throw new NftProblem('syntax error, unexpected string', object);
    }
  }

  #deleteNamed(kind: 'chain' | 'set', only?: 'set' | 'map'): void {
    const { table } = this.#table();
    const { name } = kind === 'chain' ? this.#chain(table) : this.#set(table, only);
    table.deleted.push({ kind, name: name.text, at: name });
    (kind === 'chain' ? table.chains : table.sets).set(name.text, undefined);
  }

  #deleteRule(): void {
    const { reader } = this;
    const { chain } = this.#chain(this.#table().table);
    reader.expect('handle');
    const at = reader.here;
    const handle = reader.number();
    const position = chain.rules.findIndex(([known]) => known === handle);
    if (position < 0) throw new NftProblem(KERNEL.notFound, at);
    chain.rules.splice(position, 1);
    delete chain.state[handle];
  }

  #deleteElements(): void {
    const { set } = this.#set(this.#table().table, undefined, NOT_FOUND);
    for (const { text, at } of readElements(this.reader, set.shape)) {
      if (!set.elements.has(text)) throw new NftProblem(KERNEL.notFound, at);
      set.delete(text);
    }
  }

  #flush(): void {
    const { reader } = this;
    const object = reader.word();
    switch (object.text) {
      case 'ruleset':
        return this.#draft.flushRuleset(reader.atEndOfStatement ? undefined : this.#family());
      case 'table': {
        const { table } = this.#table();
        for (const name of table.chainNames()) emptyChain(table.chain(name)!);
        return;
      }
      case 'chain':
        return emptyChain(this.#chain(this.#table().table).chain);
      case 'set':
      case 'map':
        return this.#set(this.#table().table, object.text).set.clear();
      default:
        throw new NftProblem('syntax error, unexpected string', object);
    }
  }
}

function emptyChain(chain: DraftChain): void {
  chain.rules = [];
  chain.state = {};
}

function checkBase({ type, hook, priority }: NonNullable<ChainDeclaration['base']>, at: Span): void {
  if (!TYPE_HOOKS[type].includes(hook) || (type === 'nat' && priority <= CONNTRACK_PRIORITY)) throw new NftProblem(KERNEL.notSupported, at);
}

const sameFlags = (a: readonly string[], b: readonly string[]): boolean => a.join() === b.join();
