import { TokenReader } from './options.js';
import { splitWords } from './quoting.js';
import type { Rule } from './rule.js';
import { RuleBuilder } from './rule-builder.js';

/** Far more texts than a class of sandboxes writes; a bound all the same, since learners choose them. */
const MOST_TEXTS = 100_000;

const cache = new Map<string, readonly Rule[]>();

/**
 * The rules that a specification stands for, `undefined` when it holds more than that
 * (options for the tool, a stray word). Parsing depends on the text alone, so the answer
 * is kept, for all namespaces and sandboxes.
 */
export function parseRuleText(text: string): readonly Rule[] | undefined {
  const known = cache.get(text);
  if (known) return known;
  const rules = parse(text);
  if (!rules) return undefined;
  if (cache.size > MOST_TEXTS) cache.clear();
  const interned = rules.map(intern);
  cache.set(text, interned);
  return interned;
}

/** The one object for all rules of this text. */
export function intern(rule: Rule): Rule {
  const known = cache.get(rule.text);
  if (known?.length === 1) return known[0]!;
  cache.set(rule.text, [rule]);
  return rule;
}

function parse(text: string): Rule[] | undefined {
  const reader = new TokenReader(splitWords(text));
  const builder = new RuleBuilder();
  let invert = false;
  for (let token = reader.next(); token; token = reader.next()) {
    if (token.kind === 'bang' && !invert) {
      invert = true;
      continue;
    }
    if (token.kind === 'option' && RuleBuilder.knows(token.option.short)) builder.option(token.option.short, token.value!, invert);
    else if (token.kind !== 'extension' || !builder.extensionOption(token.name, token.value, invert, reader)) return undefined;
    invert = false;
  }
  return invert ? undefined : builder.build();
}
