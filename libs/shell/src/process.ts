import type { ScriptNode } from './just-bash.js';
import type { ShellState } from './state.js';
import type { Descriptors } from './streams.js';
import type { FileAccess } from './types.js';

/** A shell at work: its variables and its open files. */
export interface Process {
  readonly state: ShellState;
  /** `exec > file` replaces them for good. */
  io: Descriptors;
}

/** What expanding a word may need beyond the variables. */
export interface ExpansionPort {
  /** `$(…)`: what the script prints, final newlines removed. */
  substitute(script: ScriptNode, process: Process): Promise<string>;
  /** `<(…)`: the path of a file that holds what the script prints. */
  substituteFile(script: ScriptNode, process: Process): Promise<string>;
  /** `RANDOM`, `SECONDS`, `EPOCHSECONDS`: computed at each look. */
  computed(name: string): string | undefined;
  files(state: ShellState): FileAccess;
  /** Throws when a text of this size is more than one may hold. */
  charge(size: number): void;
}
