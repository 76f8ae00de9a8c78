import { quote } from '../parameter-operations.js';
import { functionSource } from '../syntax.js';
import { builtins } from './index.js';
import { complain, type Builtin, type BuiltinCall } from './builtin.js';

type Found = { readonly kind: 'alias' | 'function' | 'builtin' | 'program'; readonly text: string };

/** What a name stands for here; programs are said to lie in /usr/bin. */
function find(name: string, { process: { state }, evaluator }: BuiltinCall): Found | undefined {
  const alias = state.interactive ? state.aliases.get(name) : undefined;
  if (alias !== undefined) return { kind: 'alias', text: alias };
  const definition = state.functions.get(name);
  if (definition) return { kind: 'function', text: functionSource(definition) };
  if (builtins.has(name)) return { kind: 'builtin', text: name };
  if (evaluator.programs.installed(name, state.at)) return { kind: 'program', text: `/usr/bin/${name}` };
  return undefined;
}

/** `type names`. */
export const type: Builtin = (call) => {
  const { state, io } = call.process;
  let status = 0;
  for (const name of call.args.filter((arg) => !arg.startsWith('-'))) {
    const found = find(name, call);
    if (!found && call.args[0] === '-t') status = 1;
    else if (!found) status = complain(call, state.dialect === 'zsh' ? `${name} not found` : `${name}: not found`);
    else if (call.args[0] === '-t') io.stdout.write(`${found.kind === 'program' ? 'file' : found.kind}\n`);
    else io.stdout.write(`${describe(name, found, state.dialect === 'zsh')}\n`);
  }
  return status;
};

function describe(name: string, { kind, text }: Found, zsh: boolean): string {
  switch (kind) {
    case 'alias':
      return zsh ? `${name} is an alias for ${text}` : `${name} is aliased to \`${text}'`;
    case 'function':
      return zsh ? `${name} is a shell function` : `${name} is a function\n${text}`;
    case 'builtin':
      return `${name} is a shell builtin`;
    case 'program':
      return `${name} is ${text}`;
  }
}

/** `command -v name` says what a name stands for; `command name` runs it, passing over functions. */
export const command: Builtin = async (call) => {
  const { args, process, evaluator } = call;
  if (args[0] === '-v') return whence({ ...call, args: args.slice(1) });
  if (args[0] === '-V') return type({ ...call, args: args.slice(1) });
  const [name, ...rest] = args;
  if (name === undefined) return 0;
  const builtin = builtins.get(name);
  return builtin ? builtin({ ...call, name, args: rest }) : evaluator.programs.run(name, rest, process, evaluator);
};

/** Prints what each name would run: a path, a name, or an alias. */
export const whence: Builtin = (call) => {
  let status = 0;
  for (const name of call.args) {
    const found = find(name, call);
    if (!found) status = 1;
    else
      call.process.io.stdout.write(
        `${found.kind === 'alias' ? `alias ${name}=${quote(found.text)}` : found.kind === 'function' ? name : found.text}\n`,
      );
  }
  return status;
};

/** `hash names`: nothing is remembered, but an unknown name fails. */
export const hash: Builtin = (call) => {
  const missing = call.args.filter((arg) => !arg.startsWith('-')).find((name) => !find(name, call));
  return missing === undefined ? 0 : complain(call, `${missing}: not found`);
};

/** `alias`, `alias name`, `alias name=text`. */
export const alias: Builtin = (call) => {
  const { state, io } = call.process;
  const shown = (name: string): string =>
    `${state.dialect === 'zsh' ? '' : 'alias '}${name}=${showText(state.aliases.get(name)!, state.dialect === 'zsh')}\n`;
  let status = 0;
  if (call.args.length === 0) for (const name of [...state.aliases.keys()].toSorted()) io.stdout.write(shown(name));
  for (const arg of call.args) {
    const equals = arg.indexOf('=');
    if (equals > 0) state.aliases.set(arg.slice(0, equals), arg.slice(equals + 1));
    else if (state.aliases.has(arg)) io.stdout.write(shown(arg));
    else status = state.dialect === 'zsh' ? 1 : complain(call, `${arg}: not found`);
  }
  return status;
};

const showText = (text: string, zsh: boolean): string => (zsh && /^[\w./-]+$/.test(text) ? text : quote(text));

/** `unalias names`, `unalias -a`. */
export const unalias: Builtin = (call) => {
  const { aliases } = call.process.state;
  if (call.args[0] === '-a') aliases.clear();
  const missing = call.args.filter((arg) => arg !== '-a' && !aliases.delete(arg));
  return missing.length === 0 ? 0 : complain(call, `${missing[0]}: not found`);
};
