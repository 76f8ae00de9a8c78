import type { CommandOf } from './just-bash.js';
import type { Location } from './types.js';

/** The language a script is read as. `sh` is dash on nodes and busybox ash in pods. */
// Simplification: `sh` takes all that bash takes (arrays, `[[`, braces), though dash would refuse some of it.
export type Dialect = 'bash' | 'zsh' | 'sh';

/** A string, an indexed array, or an associative one. Plain JSON, so that a session can keep it. */
export type Value = string | readonly string[] | { readonly [key: string]: string };

export interface Variable {
  readonly value: Value;
  readonly exported?: boolean;
  readonly readonly?: boolean;
}

/** What `set -e`, `set -u`, `set -o pipefail`, `set -x` switch. */
export interface ShellOptions {
  errexit: boolean;
  nounset: boolean;
  pipefail: boolean;
  xtrace: boolean;
}

export type FunctionNode = CommandOf<'FunctionDef'>;

/** One shell process: everything that a subshell copies. */
export class ShellState {
  variables = new Map<string, Variable>();
  functions = new Map<string, FunctionNode>();
  aliases = new Map<string, string>();
  /** `trap … EXIT`. */
  exitTrap: string | undefined;
  options: ShellOptions = { errexit: false, nounset: false, pipefail: false, xtrace: false };
  positional: readonly string[] = [];
  /** `$0`. */
  scriptName: string;
  /** The script came with `-c`, not from a file. */
  fromText = true;
  cwd = '/';
  /** `$?`. */
  status = 0;
  pipeStatus: readonly number[] = [0];
  /** Status of the last `$(…)` of this command: what `x=$(false)` leaves in `$?`. */
  substitutionStatus: number | undefined;
  line = 1;
  /** Variables that `local` hides, one map for each function that runs; `undefined` means: was not set. */
  readonly hidden: Map<string, Variable | undefined>[] = [];
  /** While positive, a failing command does not trip `set -e`: conditions, `!`, the left of `&&`. */
  conditionDepth = 0;
  /** Functions and sourced files at work: what `return` can leave. */
  returnDepth = 0;
  /** Loops that enclose what runs now: `break` outside of any does nothing. */
  loopDepth = 0;

  constructor(
    readonly at: Location,
    readonly dialect: Dialect,
    /** Typed at a prompt: errors name no line, aliases are expanded. */
    readonly interactive: boolean,
  ) {
    this.scriptName = dialect;
  }

  /** A copy for a subshell: what it changes stays with it. */
  fork(): ShellState {
    const copy = new ShellState(this.at, this.dialect, this.interactive);
    copy.variables = new Map(this.variables);
    copy.functions = new Map(this.functions);
    copy.aliases = new Map(this.aliases);
    copy.options = { ...this.options };
    copy.positional = this.positional;
    copy.scriptName = this.scriptName;
    copy.cwd = this.cwd;
    copy.status = this.status;
    copy.pipeStatus = this.pipeStatus;
    copy.line = this.line;
    copy.conditionDepth = this.conditionDepth;
    copy.loopDepth = this.loopDepth;
    copy.returnDepth = this.returnDepth;
    copy.fromText = this.fromText;
    for (const scope of this.hidden) copy.hidden.push(new Map(scope));
    return copy;
  }

  /** A scalar's text; an array's first element, or in zsh all of them. */
  text(name: string): string | undefined {
    const variable = this.variables.get(name);
    if (!variable) return undefined;
    const { value } = variable;
    if (typeof value === 'string') return value;
    const elements = elementsOf(value);
    return this.dialect === 'zsh' ? elements.join(' ') : Array.isArray(value) ? elements[0] : (value as { [key: string]: string })['0'];
  }

  /** Keeps the attributes; returns false when the variable is read-only. */
  assign(name: string, value: Value, attributes: { exported?: boolean; readonly?: boolean } = {}): boolean {
    const before = this.variables.get(name);
    if (before?.readonly) return false;
    const exported = attributes.exported ?? before?.exported;
    const readonly = attributes.readonly ?? before?.readonly;
    this.variables.set(name, { value, ...(exported ? { exported } : {}), ...(readonly ? { readonly } : {}) });
    return true;
  }

  /** What a program started here gets as its environment. */
  environment(): Map<string, string> {
    const environment = new Map<string, string>();
    for (const [name, variable] of this.variables) {
      if (variable.exported && typeof variable.value === 'string') environment.set(name, variable.value);
    }
    return environment;
  }

  /** Nodes are Debian, whose sh is dash; the images of pods and clients have busybox. */
  get isDash(): boolean {
    return this.dialect === 'sh' && (this.at === 'host' || this.at.startsWith('node/'));
  }

  /** What the shell's own error messages start with: `zsh: `, `zsh:1: `, `bash: line 1: `, `sh: 1: `. */
  get complaintPrefix(): string {
    if (this.interactive) return `${this.dialect}: `;
    if (this.dialect === 'zsh') return `${this.scriptName}:${this.line}: `;
    if (this.dialect === 'bash') return `${this.scriptName}: line ${this.line}: `;
    return this.isDash ? `${this.scriptName}: ${this.line}: ` : `${this.scriptName}: `;
  }
}

/** How a shell ends that may not go on with an unset variable. */
export const fatalStatus = ({ dialect, interactive }: ShellState): number =>
  interactive || dialect === 'zsh' ? 1 : dialect === 'bash' ? 127 : 2;

/** The elements of an array in order: by index, or by key in code-unit order. */
export function elementsOf(value: Value): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value as readonly string[];
  const map = value as { readonly [key: string]: string };
  return Object.keys(map)
    .toSorted()
    .map((key) => map[key]!);
}

export function keysOf(value: Value): readonly string[] {
  if (typeof value === 'string') return ['0'];
  return Array.isArray(value) ? value.map((_, index) => String(index)) : Object.keys(value).toSorted();
}
