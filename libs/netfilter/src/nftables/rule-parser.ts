import { TokenReader, type Token } from './lexer.js';
import { NftProblem } from './problem.js';
import { ruleText, type NftRule, type Statement } from './rule.js';
import { readStatement } from './statements/index.js';
import type { TableFamily } from './types.js';

/** What a statement is read with. */
export interface StatementEnvironment {
  readonly family: TableFamily;
  /** Where the rule's numbers go on. */
  readonly slot: number;
  /** The protocol that a statement before this one asked for: `dnat to …:80` needs one. */
  readonly protocol: number | undefined;
}

/** Reads statements up to the end of the rule. Throws {@link NftProblem}. */
export function readRule(reader: TokenReader, family: TableFamily): NftRule {
  const statements: Statement[] = [];
  let slot = 0;
  let protocol: number | undefined;
  let comment: string | undefined;
  let terminal: Token | undefined;
  while (!reader.atEndOfStatement) {
    if (statements.length > 0 && reader.accept('comment')) {
      comment = reader.string().text;
      if (!reader.atEndOfStatement) throw reader.unexpected();
      break;
    }
    const begins = reader.here;
    if (terminal) throw new NftProblem('Statement after terminal statement has no effect', begins, terminal);
    const statement = readStatement(reader, { family, slot, protocol });
    checkProtocol(protocol, statement, begins);
    slot += statement.numbers?.length ?? 0;
    protocol = statement.impliesProtocol ?? statement.saysProtocol ?? protocol;
    if (statement.isTerminal) terminal = begins;
    statements.push(statement);
  }
  if (statements.length === 0) throw reader.unexpected();
  return makeRule(withoutRepetition(statements), comment);
}

const NAMES: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 132: 'sctp' };

function checkProtocol(before: number | undefined, { impliesProtocol: now, asksAt }: Statement, at: Token): void {
  if (before !== undefined && now !== undefined && before !== now) {
    throw new NftProblem(`conflicting protocols specified: ${NAMES[before] ?? before} vs. ${NAMES[now] ?? now}`, asksAt ?? at);
  }
}

/** `meta l4proto tcp tcp dport 80` says the same twice; nft prints it once. */
const withoutRepetition = (statements: readonly Statement[]): Statement[] =>
  statements.filter(
    ({ saysProtocol }, i) =>
      saysProtocol === undefined || !statements.slice(i + 1).some(({ impliesProtocol }) => impliesProtocol === saysProtocol),
  );

function makeRule(statements: readonly Statement[], comment: string | undefined): NftRule {
  return {
    text: ruleText(statements, comment),
    statements,
    ...(comment !== undefined && { comment }),
    numbers: statements.flatMap(({ numbers = [] }) => numbers),
    chains: statements.flatMap(({ chains = [] }) => chains),
    sets: statements.flatMap(({ sets = [] }) => sets),
    interfaces: statements.flatMap(({ interfaces = [] }) => interfaces),
    anonymousSets: statements.reduce((sum, { anonymousSets = 0 }) => sum + anonymousSets, 0),
    needsConntrack: statements.some((statement) => statement.needsConntrack),
  };
}

/** Far more texts than a class of sandboxes writes; a bound all the same, since learners choose them. */
const MOST_TEXTS = 200_000;

const cache = new Map<string, NftRule>();

/** The rule of a text that {@link ruleText} printed. */
export function parseRule(text: string, family: TableFamily): NftRule {
  const key = `${family} ${text}`;
  const known = cache.get(key);
  if (known) return known;
  const rule = readRule(TokenReader.of(text), family);
  remember(key, rule);
  return rule;
}

/** Keeps a rule that was just read from elsewhere, so that its text need not be read again. */
export function internRule(rule: NftRule, family: TableFamily): NftRule {
  const key = `${family} ${rule.text}`;
  const known = cache.get(key);
  if (known) return known;
  remember(key, rule);
  return rule;
}

function remember(key: string, rule: NftRule): void {
  if (cache.size > MOST_TEXTS) cache.clear();
  cache.set(key, rule);
}
