import { parse, serialize, type ArithmeticNode, type CommandOf, type ScriptNode } from './just-bash.js';
import type { Dialect } from './state.js';

/** The script cannot be parsed. `describe` gives the words of the shell that was asked. */
export class ScriptSyntaxError extends Error {
  override readonly name = 'ScriptSyntaxError';
  constructor(
    message: string,
    /** From 1. */
    readonly line: number,
    readonly script: string,
    /** Where the parser stopped; absent at the end of the text. */
    readonly token?: string,
  ) {
    super(message);
  }

  /** bash shows the line it stopped at. */
  get sourceLine(): string | undefined {
    return this.token === undefined ? undefined : this.script.split('\n')[this.line - 1];
  }

  /** Without the shell's prefix: `syntax error near unexpected token ``;;'`, `parse error near ``;;'`. */
  describe(dialect: Dialect): string {
    const unmatched = /matching [`'"](.)'/.exec(this.message)?.[1];
    const { token } = this;
    switch (dialect) {
      case 'zsh':
        return unmatched ? `unmatched ${unmatched}` : `parse error near \`${token ?? '\\n'}'`;
      case 'bash':
        if (unmatched) return `unexpected EOF while looking for matching \`${unmatched}'`;
        return token === undefined ? 'syntax error: unexpected end of file' : `syntax error near unexpected token \`${token}'`;
      case 'sh':
        if (unmatched === '"' || unmatched === "'") return 'Syntax error: Unterminated quoted string';
        return `Syntax error: ${token === undefined ? 'end of file' : `"${token}"`} unexpected`;
    }
  }
}

/** Scripts parsed lately: a loop around `zsh -c` parses its text once. */
const recent = new Map<string, ScriptNode>();
const RECENT_LIMIT = 128;

/** Parses a script; throws {@link ScriptSyntaxError}. The tree is shared and never changed. */
export function parseScript(text: string): ScriptNode {
  const known = recent.get(text);
  if (known) return known;
  const script = parseAfresh(text);
  if (recent.size >= RECENT_LIMIT) recent.delete(recent.keys().next().value!);
  recent.set(text, script);
  return script;
}

function parseAfresh(text: string): ScriptNode {
  let script: ScriptNode;
  try {
    script = parse(text);
  } catch (error) {
    throw toSyntaxError(error, text);
  }
  // The parser puts off some errors until the statement is reached; a shell refuses the whole line.
  for (const statement of script.statements) {
    const deferred = statement.deferredError;
    if (deferred) throw new ScriptSyntaxError(deferred.message, statement.line ?? 1, text, deferred.token);
  }
  return script;
}

function toSyntaxError(error: unknown, text: string): unknown {
  if (!(error instanceof Error) || !('line' in error)) return error;
  const line = typeof error.line === 'number' ? error.line : 1;
  const atEnd = /got EOF|unexpected EOF|unexpected end of file/.test(error.message) || tokenType(error) === 'EOF';
  if (atEnd) return new ScriptSyntaxError(error.message, isUnmatched(error.message) ? line : text.split('\n').length + 1, text);
  const token = /unexpected token `(.*)'/s.exec(error.message)?.[1] ?? tokenText(error);
  return new ScriptSyntaxError(error.message, line, text, token);
}

const isUnmatched = (message: string): boolean => message.includes('looking for matching');

const tokenOf = (error: Error): { type?: unknown; value?: unknown } | undefined =>
  'token' in error && typeof error.token === 'object' && error.token !== null ? error.token : undefined;
const tokenType = (error: Error): unknown => tokenOf(error)?.type;
const tokenText = (error: Error): string => String(tokenOf(error)?.value ?? '');

/** The expression of `((text))`. */
export function parseArithmetic(text: string): ArithmeticNode {
  const command = parseScript(`((${text}))`).statements[0]?.pipelines[0]?.commands[0];
  if (command?.type !== 'ArithmeticCommand') throw new ScriptSyntaxError('not an arithmetic expression', 1, text, text);
  return command.expression;
}

/** The source text of a function, to be parsed again in a later command line. */
export function functionSource(definition: CommandOf<'FunctionDef'>): string {
  return serialize({
    type: 'Script',
    statements: [
      {
        type: 'Statement',
        pipelines: [{ type: 'Pipeline', commands: [definition], negated: false }],
        operators: [],
        background: false,
      },
    ],
  });
}

/** The function that `source` defines. */
export function parseFunction(source: string): CommandOf<'FunctionDef'> | undefined {
  const command = parseScript(source).statements[0]?.pipelines[0]?.commands[0];
  return command?.type === 'FunctionDef' ? command : undefined;
}
