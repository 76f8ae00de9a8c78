import { evaluateArithmetic } from './arithmetic.js';
import { ExpansionError } from './control-flow.js';
import type { ParameterOperation } from './just-bash.js';
import { assignTo, lookUp, scalar, UNSET, type Lookup } from './parameters.js';
import { matchesPattern, removeMatching, replaceMatching } from './patterns.js';
import type { Process } from './process.js';
import { fatalStatus, keysOf } from './state.js';
import type { Expander } from './words.js';

type Operation<T extends ParameterOperation['type']> = Extract<ParameterOperation, { type: T }>;

/** `${parameter…}` with its operation (POSIX 2.6.2 and bash's additions). */
export async function operate(parameter: string, operation: ParameterOperation, process: Process, expander: Expander): Promise<Lookup> {
  const { state } = process;
  switch (operation.type) {
    case 'ArrayKeys': {
      const value = state.variables.get(operation.array)?.value;
      return { kind: 'list', elements: value === undefined ? [] : keysOf(value), star: operation.star };
    }
    case 'VarNamePrefix': {
      const names = [...state.variables.keys()].filter((name) => name.startsWith(operation.prefix)).toSorted();
      return { kind: 'list', elements: names, star: operation.star };
    }
    case 'BadSubstitution':
      throw new ExpansionError(state.dialect === 'zsh' ? 'bad substitution' : `\${${operation.text}}: bad substitution`);
    case 'LengthSliceError':
      throw new ExpansionError('bad substitution');
    case 'Indirection':
      return indirect(parameter, operation, process, expander);
  }
  const value = await lookUp(parameter, process, expander);
  switch (operation.type) {
    case 'Length':
      return scalar(String(lengthOf(value)));
    case 'DefaultValue':
      return isMissing(value, operation) ? scalar(await expander.text(operation.word, process)) : value;
    case 'UseAlternative':
      return isMissing(value, operation) ? UNSET : scalar(await expander.text(operation.word, process));
    case 'AssignDefault': {
      if (!isMissing(value, operation)) return value;
      const text = await expander.text(operation.word, process);
      await assignTo(parameter, text, process, expander);
      return scalar(text);
    }
    case 'ErrorIfUnset': {
      if (!isMissing(value, operation)) return value;
      const message = operation.word ? await expander.text(operation.word, process) : '';
      throw new ExpansionError(
        `${parameter}: ${message || `parameter ${operation.checkEmpty ? 'null or ' : ''}not set`}`,
        fatalStatus(state),
      );
    }
    case 'Substring':
      return slice(value, operation, process, expander);
    case 'PatternRemoval': {
      const pattern = await expander.pattern(operation.pattern, process);
      return mapText(value, (text) => removeMatching(text, pattern, operation.side, operation.greedy));
    }
    case 'PatternReplacement':
      return mapText(value, await replacement(operation, process, expander));
    case 'CaseModification':
      return mapText(value, await caseChange(operation, process, expander));
    case 'Transform':
      return transform(value, operation);
  }
}

const isMissing = (value: Lookup, { checkEmpty }: { checkEmpty: boolean }): boolean =>
  value.kind === 'unset' ||
  (value.kind === 'list' && value.elements.length === 0) ||
  (checkEmpty && (value.kind === 'scalar' ? value.text === '' : value.elements.join('') === ''));

const lengthOf = (value: Lookup): number =>
  value.kind === 'unset' ? 0 : value.kind === 'list' ? value.elements.length : [...value.text].length;

const mapText = (value: Lookup, change: (text: string) => string): Lookup =>
  value.kind === 'unset'
    ? value
    : value.kind === 'scalar'
      ? scalar(change(value.text))
      : { ...value, elements: value.elements.map(change) };

/** `${!name}`: the parameter that `name` names. */
async function indirect(parameter: string, operation: Operation<'Indirection'>, process: Process, expander: Expander): Promise<Lookup> {
  const target = await lookUp(parameter, process, expander);
  if (target.kind !== 'scalar' || target.text === '') throw new ExpansionError(`${parameter}: invalid indirect expansion`);
  return operation.innerOp ? operate(target.text, operation.innerOp, process, expander) : lookUp(target.text, process, expander);
}

async function slice(value: Lookup, operation: Operation<'Substring'>, process: Process, expander: Expander): Promise<Lookup> {
  const offset = Number(await evaluateArithmetic(operation.offset, process, expander));
  const length = operation.length ? Number(await evaluateArithmetic(operation.length, process, expander)) : undefined;
  const cut = <T>(items: readonly T[]): readonly T[] => {
    const start = offset < 0 ? items.length + offset : offset;
    if (start < 0) return [];
    if (length === undefined) return items.slice(start);
    if (length < 0 && items.length + length < start) throw new ExpansionError(`${length}: substring expression < 0`);
    return length < 0 ? items.slice(start, items.length + length) : items.slice(start, start + length);
  };
  if (value.kind === 'unset') return value;
  if (value.kind === 'scalar') return scalar(cut([...value.text]).join(''));
  // `${@:1}` counts from the first argument, `$0` being number 0; an array counts from its element 0.
  return { ...value, elements: cut(parametersWithName(value, process)) };
}

const parametersWithName = (value: Extract<Lookup, { kind: 'list' }>, { state }: Process): readonly string[] =>
  value.elements === state.positional ? [state.scriptName, ...value.elements] : value.elements;

async function replacement(
  operation: Operation<'PatternReplacement'>,
  process: Process,
  expander: Expander,
): Promise<(text: string) => string> {
  const pattern = await expander.pattern(operation.pattern, process);
  const by = operation.replacement ? await expander.text(operation.replacement, process) : '';
  return (text) => replaceMatching(text, pattern, by, operation);
}

async function caseChange(
  operation: Operation<'CaseModification'>,
  process: Process,
  expander: Expander,
): Promise<(text: string) => string> {
  const change = (character: string): string => (operation.direction === 'upper' ? character.toUpperCase() : character.toLowerCase());
  const pattern = operation.pattern ? await expander.text(operation.pattern, process) : '?';
  const changeMatching = (character: string): string => (matchesPattern(pattern, character) ? change(character) : character);
  return (text) => (operation.all ? [...text].map(changeMatching).join('') : changeMatching(text.slice(0, 1)) + text.slice(1));
}

function transform(value: Lookup, { operator }: Operation<'Transform'>): Lookup {
  switch (operator) {
    case 'Q':
      return mapText(value, quote);
    case 'U':
      return mapText(value, (text) => text.toUpperCase());
    case 'L':
      return mapText(value, (text) => text.toLowerCase());
    case 'u':
      return mapText(value, (text) => text.slice(0, 1).toUpperCase() + text.slice(1));
    default:
      throw new ExpansionError(`\${…@${operator}} is not simulated yet`);
  }
}

/** Text in quotes that a shell reads back as it is. */
export const quote = (text: string): string => `'${text.replace(/'/g, `'\\''`)}'`;
