import type { Evaluator } from '../evaluator.js';
import type { Process } from '../process.js';

export interface BuiltinCall {
  readonly name: string;
  /** Without the name. */
  readonly args: readonly string[];
  readonly process: Process;
  readonly evaluator: Evaluator;
}

/** A command that only the shell itself can do, since it changes the shell. Resolves to the exit status. */
export type Builtin = (call: BuiltinCall) => Promise<number> | number;

/** Complains as the shell does, `bash: line 1: cd: x: No such file or directory`; returns `status`. */
export function complain({ name, process: { state, io } }: BuiltinCall, message: string, status = 1): number {
  const prefix = state.dialect === 'zsh' ? `${name}${state.interactive ? ':' : `:${state.line}:`} ` : `${state.complaintPrefix}${name}: `;
  io.stderr.write(`${prefix}${message}\n`);
  return status;
}
