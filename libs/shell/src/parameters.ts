import { evaluateArithmetic } from './arithmetic.js';
import { ExpansionError } from './control-flow.js';
import type { Process } from './process.js';
import { elementsOf, type ShellState, type Value } from './state.js';
import { parseArithmetic } from './syntax.js';
import type { Expander } from './words.js';

/** What a parameter holds. A `star` list joins when quoted; the other kind stays apart. */
export type Lookup =
  | { readonly kind: 'unset' }
  | { readonly kind: 'scalar'; readonly text: string }
  | { readonly kind: 'list'; readonly elements: readonly string[]; readonly star: boolean };

export const UNSET: Lookup = { kind: 'unset' };
export const scalar = (text: string): Lookup => ({ kind: 'scalar', text });

export interface Reference {
  readonly name: string;
  /** As written between the brackets. */
  readonly subscript?: string;
}

export function parseReference(parameter: string): Reference {
  const match = /^([A-Za-z_]\w*)\[(.*)\]$/s.exec(parameter);
  return match ? { name: match[1]!, subscript: match[2]! } : { name: parameter };
}

/** The value of `x`, `x[i]`, `x[@]`, `1`, `@`, `?` …, without operation. */
export async function lookUp(parameter: string, process: Process, expander: Expander): Promise<Lookup> {
  const { state } = process;
  const special = specialParameter(parameter, state);
  if (special) return special;
  const { name, subscript } = parseReference(parameter);
  const value = valueOf(name, state, expander);
  if (value === undefined) return UNSET;
  if (subscript === '@' || subscript === '*') return { kind: 'list', elements: elementsOf(value), star: subscript === '*' };
  if (subscript !== undefined) return element(value, subscript, process, expander);
  if (typeof value === 'string') return scalar(value);
  if (state.dialect === 'zsh') return { kind: 'list', elements: elementsOf(value), star: true };
  const first = elementOf(value, '0');
  return first === undefined ? UNSET : scalar(first);
}

function specialParameter(name: string, state: ShellState): Lookup | undefined {
  if (/^\d+$/.test(name)) {
    const text = name === '0' ? state.scriptName : state.positional[Number(name) - 1];
    return text === undefined ? UNSET : scalar(text);
  }
  switch (name) {
    case '@':
    case '*':
      return { kind: 'list', elements: state.positional, star: name === '*' };
    case '#':
      return scalar(String(state.positional.length));
    case '?':
      return scalar(String(state.status));
    case '$':
      // Simplification: every shell has the process id 100; processes of the lab's shells are not simulated.
      return scalar('100');
    case '!':
      return scalar('');
    case '-':
      return scalar(
        `${state.dialect === 'bash' && !state.interactive ? 'hBc' : ''}${state.options.errexit ? 'e' : ''}${state.options.nounset ? 'u' : ''}${state.options.xtrace ? 'x' : ''}`,
      );
    default:
      return undefined;
  }
}

function valueOf(name: string, state: ShellState, expander: Expander): Value | undefined {
  const variable = state.variables.get(name);
  if (variable) return variable.value;
  if (name === 'PIPESTATUS' || (name === 'pipestatus' && state.dialect === 'zsh')) return state.pipeStatus.map(String);
  if (name === 'LINENO') return String(state.line);
  if (name === 'PWD') return state.cwd;
  if (name === 'BASH_VERSION' && state.dialect === 'bash') return '5.2.15(1)-release';
  if (name === 'ZSH_VERSION' && state.dialect === 'zsh') return '5.9';
  return expander.port.computed(name);
}

const elementOf = (value: Value, key: string): string | undefined =>
  typeof value === 'string'
    ? key === '0'
      ? value
      : undefined
    : Array.isArray(value)
      ? (value as readonly string[])[Number(key)]
      : (value as { readonly [key: string]: string })[key];

async function element(value: Value, subscript: string, process: Process, expander: Expander): Promise<Lookup> {
  const key = await subscriptKey(value, subscript, process, expander);
  const text = elementOf(value, key);
  return text === undefined ? UNSET : scalar(text);
}

/** The key that a subscript names: a text for an associative array, else an index from 0 (in zsh written from 1). */
export async function subscriptKey(value: Value | undefined, subscript: string, process: Process, expander: Expander): Promise<string> {
  if (value !== undefined && typeof value !== 'string' && !Array.isArray(value)) return expandSubscript(subscript, process, expander);
  const index = Number(await evaluateArithmetic(parseArithmetic(subscript), process, expander));
  const length = value === undefined ? 0 : elementsOf(value).length;
  const fromStart = index < 0 ? length + index : process.state.dialect === 'zsh' ? index - 1 : index;
  if (fromStart < 0) throw new ExpansionError(`${subscript}: bad array subscript`);
  return String(fromStart);
}

/** `${m[$key]}`: quotes removed, a plain variable filled in. */
async function expandSubscript(subscript: string, process: Process, expander: Expander): Promise<string> {
  const bare = subscript.replace(/^(["'])(.*)\1$/s, '$2');
  const name = /^\$\{?(\w+)\}?$/.exec(bare)?.[1];
  if (name === undefined) return bare;
  const value = await lookUp(name, process, expander);
  return value.kind === 'scalar' ? value.text : '';
}

/** Longest array a script may make by naming a far index. */
const MOST_ELEMENTS = 100_000;

/** Assigns to `x` or `x[i]`; throws {@link ExpansionError} for a read-only variable. */
export async function assignTo(parameter: string, text: string, process: Process, expander: Expander): Promise<void> {
  const { state } = process;
  const { name, subscript } = parseReference(parameter);
  const assign = (value: Value): void => {
    if (!state.assign(name, value))
      throw new ExpansionError(state.dialect === 'zsh' ? `read-only variable: ${name}` : `${name}: readonly variable`);
  };
  if (subscript === undefined) return assign(text);
  const before = state.variables.get(name)?.value;
  const key = await subscriptKey(before, subscript, process, expander);
  if (before !== undefined && typeof before !== 'string' && !Array.isArray(before)) return assign({ ...before, [key]: text });
  const index = Number(key);
  if (index >= MOST_ELEMENTS) throw new ExpansionError(`${parameter}: bad array subscript`);
  // Simplification: arrays have no holes; elements skipped over are empty.
  const elements = before === undefined ? [] : [...elementsOf(before)];
  while (elements.length < index) elements.push('');
  elements[index] = text;
  assign(elements);
}
