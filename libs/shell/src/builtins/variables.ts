import { evaluateArithmetic } from '../arithmetic.js';
import { assignTo, lookUp, parseReference } from '../parameters.js';
import { quote } from '../parameter-operations.js';
import { elementsOf, keysOf, type Variable } from '../state.js';
import { parseArithmetic } from '../syntax.js';
import { complain, type Builtin, type BuiltinCall } from './builtin.js';

const ASSIGNMENT = /^([A-Za-z_]\w*)(\+?)=(.*)$/s;
const NAME = /^[A-Za-z_]\w*$/;

/** Assigns `name=value` or leaves `name` as it is; returns the name, `undefined` when it is none. */
async function declareOne(call: BuiltinCall, arg: string): Promise<string | undefined> {
  const { process, evaluator } = call;
  const assignment = ASSIGNMENT.exec(arg);
  if (!assignment) return NAME.test(arg) ? arg : undefined;
  const [, name, append, value] = assignment as unknown as [string, string, string, string];
  const before = append ? await lookUp(name, process, evaluator.expander) : undefined;
  await assignTo(name, (before?.kind === 'scalar' ? before.text : '') + value, process, evaluator.expander);
  return name;
}

const invalid = (call: BuiltinCall, arg: string): number =>
  complain(call, call.process.state.dialect === 'zsh' ? `not valid in this context: ${arg}` : `\`${arg}': not a valid identifier`);

/** Gives the variables named by the arguments an attribute. */
async function withAttribute(call: BuiltinCall, args: readonly string[], attribute: Partial<Variable>): Promise<number> {
  const { state } = call.process;
  let status = 0;
  for (const arg of args) {
    const name = await declareOne(call, arg);
    if (name === undefined) status = invalid(call, arg);
    else state.variables.set(name, { value: '', ...state.variables.get(name), ...attribute });
  }
  return status;
}

/** `export name[=value]…`, `export -n name`, `export -p`. */
export const exportVariables: Builtin = (call) => {
  const { args, process } = call;
  if (args.length === 0 || args[0] === '-p') return list(call, (variable) => variable.exported === true);
  if (args[0] !== '-n') return withAttribute(call, args, { exported: true });
  for (const name of args.slice(1)) {
    const variable = process.state.variables.get(name);
    if (variable) process.state.variables.set(name, { ...variable, exported: false });
  }
  return 0;
};

export const makeReadonly: Builtin = (call) => withAttribute(call, call.args, { readonly: true });

function list({ process: { state, io } }: BuiltinCall, wanted: (variable: Variable) => boolean): number {
  const prefix = state.dialect === 'bash' ? 'declare -x ' : state.dialect === 'sh' ? 'export ' : '';
  for (const name of [...state.variables.keys()].toSorted()) {
    const variable = state.variables.get(name)!;
    if (!wanted(variable) || typeof variable.value !== 'string') continue;
    const value = state.dialect === 'bash' ? `"${variable.value.replace(/["\\$`]/g, '\\$&')}"` : bareOrQuoted(variable.value);
    io.stdout.write(`${prefix}${name}=${value}\n`);
  }
  return 0;
}

const bareOrQuoted = (text: string): string => (/^[\w@%+=:,./-]*$/.test(text) ? text : quote(text));

/** `local name[=value]…`: the old value comes back when the function ends. */
export const local: Builtin = (call) => {
  const scope = call.process.state.hidden.at(-1);
  if (!scope) return complain(call, 'can only be used in a function');
  return declare(call);
};

/** `declare [-aAgirxp] name[=value]…`; in a function its names are local. */
export const declare: Builtin = async (call) => {
  const { state } = call.process;
  const flags = call.args.filter((arg) => /^[-+][a-zA-Z]+$/.test(arg)).join('');
  const names = call.args.filter((arg) => !/^[-+][a-zA-Z]+$/.test(arg));
  if (flags.includes('p') || call.args.length === 0) return print(call, names);
  const scope = flags.includes('g') ? undefined : state.hidden.at(-1);
  for (const arg of names) {
    const name = ASSIGNMENT.exec(arg)?.[1] ?? arg;
    if (scope && !scope.has(name)) {
      scope.set(name, state.variables.get(name));
      if (!arg.includes('=')) state.variables.delete(name);
    }
    if (flags.includes('A') && !state.variables.has(name)) state.variables.set(name, { value: {} });
    if (flags.includes('a') && !state.variables.has(name)) state.variables.set(name, { value: [] });
  }
  if (flags.includes('i')) return declareIntegers(call, names);
  const attributes = { ...(flags.includes('x') ? { exported: true } : {}), ...(flags.includes('r') ? { readonly: true } : {}) };
  return withAttribute(call, names, attributes);
};

// Simplification: `declare -i` computes the value given with it; later assignments are taken as text.
async function declareIntegers(call: BuiltinCall, args: readonly string[]): Promise<number> {
  const computed = await Promise.all(
    args.map(async (arg) => {
      const [, name, , value] = ASSIGNMENT.exec(arg) ?? [];
      if (name === undefined) return arg;
      return `${name}=${await evaluateArithmetic(parseArithmetic(value!), call.process, call.evaluator.expander)}`;
    }),
  );
  return withAttribute(call, computed, {});
}

function print(call: BuiltinCall, names: readonly string[]): number {
  const { state, io } = call.process;
  let status = 0;
  for (const name of names.length > 0 ? names : [...state.variables.keys()].toSorted()) {
    const variable = state.variables.get(name);
    if (!variable) status = complain(call, `${name}: not found`);
    else io.stdout.write(`${declaration(name, variable)}\n`);
  }
  return status;
}

function declaration(name: string, { value, exported, readonly }: Variable): string {
  const kind = typeof value === 'string' ? '' : Array.isArray(value) ? 'a' : 'A';
  const flags = `${kind}${readonly ? 'r' : ''}${exported ? 'x' : ''}` || '-';
  if (typeof value === 'string') return `declare -${flags} ${name}="${value}"`;
  const elements = elementsOf(value);
  return `declare -${flags} ${name}=(${keysOf(value)
    .map((key, index) => `[${key}]="${elements[index]}"`)
    .join(' ')})`;
}

/** `unset [-v|-f] names`; `unset a[1]` empties an element. */
export const unset: Builtin = async (call) => {
  const { process, evaluator } = call;
  const { state } = process;
  const names = call.args.filter((arg) => arg !== '-v' && arg !== '-f');
  for (const arg of names) {
    const { name, subscript } = parseReference(arg);
    if (subscript !== undefined) {
      const value = state.variables.get(name)?.value;
      if (value === undefined) continue;
      if (typeof value !== 'string' && !Array.isArray(value)) {
        const { [subscript]: _gone, ...rest } = value as { [key: string]: string };
        state.assign(name, rest);
      } else await assignTo(arg, '', process, evaluator.expander);
    } else if (state.variables.get(name)?.readonly) return complain(call, `${name}: cannot unset: readonly variable`);
    else if (call.args.includes('-f') || !state.variables.delete(name)) state.functions.delete(name);
  }
  return 0;
};

const OPTIONS = { e: 'errexit', u: 'nounset', x: 'xtrace' } as const;
const NAMED_OPTIONS = ['errexit', 'nounset', 'pipefail', 'xtrace'] as const;

/** `set -e`, `set -euo pipefail`, `set -- words`; without arguments it lists the variables. */
export const set: Builtin = (call) => {
  const { args, process } = call;
  const { state } = process;
  if (args.length === 0) return list(call, () => true);
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === '--' || !/^[-+]./.test(arg)) {
      state.positional = args.slice(arg === '--' ? at + 1 : at);
      return 0;
    }
    const on = arg.startsWith('-');
    for (const letter of arg.slice(1)) {
      const option = letter === 'o' ? NAMED_OPTIONS.find((name) => name === args[at + 1]) : OPTIONS[letter as keyof typeof OPTIONS];
      if (letter === 'o') at++;
      if (option) state.options[option] = on;
      else if (letter === 'o') return complain(call, `${args[at]}: invalid option name`, 2);
      else if (!'abhmvCEfT'.includes(letter)) return complain(call, `-${letter}: invalid option`, 2);
    }
  }
  return 0;
};

/** `shift [count]`. */
export const shift: Builtin = (call) => {
  const { state } = call.process;
  const count = Number(call.args[0] ?? 1);
  if (!Number.isInteger(count) || count < 0 || count > state.positional.length) return 1;
  state.positional = state.positional.slice(count);
  return 0;
};

/** `let expressions`: status 1 when the last is 0. */
export const letArithmetic: Builtin = async ({ args, process, evaluator }) => {
  let value = 0n;
  for (const arg of args) value = await evaluateArithmetic(parseArithmetic(arg), process, evaluator.expander);
  return Number(value === 0n);
};
