import { Leave } from '../control-flow.js';
import { resolvePath } from '../globbing.js';
import { complain, type Builtin } from './builtin.js';

export const nothing: Builtin = () => 0;
export const fail: Builtin = () => 1;

/** `break [levels]`, `continue [levels]`. */
export const breakOrContinue: Builtin = (call) => {
  const { name, args, process } = call;
  if (process.state.loopDepth === 0) {
    return process.state.dialect === 'bash' ? complain(call, "only meaningful in a `for', `while', or `until' loop", 0) : 0;
  }
  const levels = Number(args[0] ?? 1);
  if (!Number.isInteger(levels) || levels < 1) return complain(call, `${args[0]}: loop count out of range`);
  throw new Leave(name as 'break' | 'continue', levels, 0);
};

const statusOf = (text: string | undefined, otherwise: number): number => (text === undefined ? otherwise : Number(text) & 255);

/** `exit [status]`. */
export const exit: Builtin = (call) => {
  const [text] = call.args;
  if (text !== undefined && !/^-?\d+$/.test(text)) complain(call, `${text}: numeric argument required`);
  throw new Leave('exit', 0, statusOf(text, call.process.state.status) || (/^-?\d+$/.test(text ?? '0') ? 0 : 2));
};

/** `return [status]` leaves a function or a sourced file. */
export const returnFrom: Builtin = (call) => {
  const { args, process } = call;
  if (process.state.dialect === 'bash' && process.state.returnDepth === 0) {
    return complain(call, "can only `return' from a function or sourced script", 2);
  }
  throw new Leave('return', 0, statusOf(args[0], process.state.status));
};

/** `trap text EXIT` runs it when the shell ends; `trap - EXIT` forgets it. */
// Simplification: traps for signals are accepted and never run.
export const trap: Builtin = ({ args, process }) => {
  const [action, ...conditions] = args.filter((arg) => arg !== '--');
  if (conditions.some((condition) => /^(EXIT|0)$/.test(condition))) process.state.exitTrap = action === '-' ? undefined : action;
  return 0;
};

/** `eval text…` runs it here. */
export const evalText: Builtin = ({ args, process, evaluator }) =>
  evaluator.execution.budget.nested(() => evaluator.parseAndRun(args.join(' '), process));

/** `exec program` takes the shell's place: what follows never runs. */
export const execProgram: Builtin = async ({ args, process, evaluator }) => {
  const [name, ...rest] = args;
  if (name === undefined) return 0;
  throw new Leave('exit', 0, await evaluator.programs.run(name, rest, process, evaluator));
};

/** `. file [arguments]`. */
export const source: Builtin = async (call) => {
  const { args, process, evaluator } = call;
  const { state } = process;
  const [path, ...rest] = args;
  if (path === undefined) return complain(call, 'filename argument required', 2);
  const text = evaluator.programs.files(state.at).read(resolvePath(state.cwd, path));
  if (text === undefined)
    return complain(call, state.dialect === 'zsh' ? `no such file or directory: ${path}` : `${path}: No such file or directory`);
  const outer = state.positional;
  if (rest.length > 0) state.positional = rest;
  state.returnDepth++;
  try {
    return await evaluator.execution.budget.nested(() => evaluator.parseAndRun(text, process));
  } catch (error) {
    if (error instanceof Leave && error.what === 'return') return error.status;
    throw error;
  } finally {
    state.returnDepth--;
    state.positional = outer;
  }
};
