import { evaluateArithmetic } from './arithmetic.js';
import { expandBraces } from './braces.js';
import { ExpansionError } from './control-flow.js';
import { glob } from './globbing.js';
import type { PartOf, ScriptNode, WordNode, WordPart } from './just-bash.js';
import { operate } from './parameter-operations.js';
import { lookUp, type Lookup } from './parameters.js';
import { escapePattern, hasPattern } from './patterns.js';
import type { ExpansionPort, Process } from './process.js';
import { fatalStatus } from './state.js';

/** A word under construction: its text, and the same as a pattern in which what was quoted is escaped. */
interface Field {
  text: string;
  pattern: string;
  globs: boolean;
}

/** Gathers the fields that one word becomes. */
class Fields {
  readonly done: Field[] = [];
  #open: Field | undefined;

  constructor(private readonly charge: (size: number) => void) {}

  /** Joins text that stays as it is; quoting opens a field even for an empty text. */
  keep(text: string, quoted = false): void {
    if (text === '' && !quoted) return;
    const field = this.#grow(text);
    field.pattern += escapePattern(text);
  }

  /** Joins unquoted text whose `*`, `?` and `[` are alive. */
  pattern(text: string): void {
    const field = this.#grow(text);
    field.pattern += text;
    field.globs ||= hasPattern(text);
  }

  /** Joins the result of an unquoted expansion, cut at the characters of `ifs` (POSIX 2.6.5). */
  split(text: string, ifs: string): void {
    let at = 0;
    while (at < text.length) {
      let end = at;
      while (end < text.length && !ifs.includes(text[end]!)) end++;
      if (end > at) this.pattern(text.slice(at, end));
      at = end;
      let delimiters = 0;
      while (at < text.length && ifs.includes(text[at]!)) {
        const blank = /\s/.test(text[at]!);
        if (!blank && ++delimiters > 1) break;
        at++;
      }
      if (at > end) {
        if (delimiters) this.#field();
        this.close();
      }
    }
  }

  /** Each element a field of its own; the first joins what is before, the last what follows. */
  list(elements: readonly string[], join: (element: string) => void): void {
    for (const [index, element] of elements.entries()) {
      if (index > 0) this.close();
      join(element);
    }
  }

  close(): void {
    if (this.#open) this.done.push(this.#open);
    this.#open = undefined;
  }

  #grow(text: string): Field {
    const field = this.#field();
    this.charge(field.text.length + text.length);
    field.text += text;
    return field;
  }

  #field(): Field {
    return (this.#open ??= { text: '', pattern: '', globs: false });
  }
}

/** Expands words as POSIX 2.6 orders it: braces, tilde, parameters, substitution, arithmetic, splitting, paths. */
export class Expander {
  constructor(readonly port: ExpansionPort) {}

  /** All the arguments that `words` become. */
  async arguments(words: readonly WordNode[], process: Process): Promise<string[]> {
    const result: string[] = [];
    for (const word of words) {
      const literal = literalOf(word);
      if (literal !== undefined) result.push(literal);
      else for (const parts of expandBraces(word.parts)) result.push(...(await this.#paths(parts, process)));
    }
    return result;
  }

  /** One text: no splitting, no paths (assignments, here-documents, `case`). */
  async text(word: WordNode, process: Process): Promise<string> {
    return literalOf(word) ?? this.#joined(await this.#fields(word.parts, process, false), 'text');
  }

  /** One pattern, in which what was quoted is escaped. */
  async pattern(word: WordNode, process: Process): Promise<string> {
    return this.#joined(await this.#fields(word.parts, process, false), 'pattern');
  }

  async #paths(parts: readonly WordPart[], process: Process): Promise<readonly string[]> {
    const { state } = process;
    const result: string[] = [];
    for (const field of await this.#fields(parts, process, true)) {
      const found = field.globs ? glob(field.pattern, state.cwd, this.port.files(state)) : [];
      if (field.globs && found.length === 0 && state.dialect === 'zsh') throw new ExpansionError(`no matches found: ${field.text}`);
      result.push(...(found.length > 0 ? found : [field.text]));
    }
    return result;
  }

  #joined(fields: readonly Field[], member: 'text' | 'pattern'): string {
    return fields.map((field) => field[member]).join(' ');
  }

  async #fields(parts: readonly WordPart[], process: Process, splitting: boolean): Promise<readonly Field[]> {
    const fields = new Fields(this.port.charge);
    for (const part of parts) await this.#part(part, process, fields, splitting);
    fields.close();
    return fields.done;
  }

  async #part(part: WordPart, process: Process, fields: Fields, splitting: boolean): Promise<void> {
    const { state } = process;
    switch (part.type) {
      case 'Literal':
        return fields.keep(part.value);
      case 'SingleQuoted':
      case 'Escaped':
        return fields.keep(part.value, true);
      case 'DoubleQuoted':
        return this.#doubleQuoted(part, process, fields);
      case 'Glob':
        return fields.pattern(part.pattern);
      case 'TildeExpansion':
        return fields.keep(part.user === null || part.user === 'root' ? (state.text('HOME') ?? '/root') : `~${part.user}`, true);
      case 'ParameterExpansion':
        return this.#unquoted(await this.parameter(part, process), process, fields, splitting);
      case 'CommandSubstitution': {
        const text = await this.port.substitute(part.body, process);
        return splitting ? fields.split(text, state.text('IFS') ?? ' \t\n') : fields.keep(text);
      }
      case 'ArithmeticExpansion':
        return fields.keep(String(await evaluateArithmetic(part.expression, process, this)));
      case 'ProcessSubstitution':
        return fields.keep(await this.#processSubstitution(part, process));
      case 'BraceExpansion':
        // Where one text is wanted, braces are expanded and joined.
        for (const [index, word] of expandBraces([part]).entries()) {
          if (index > 0) fields.keep(' ');
          for (const inner of word) await this.#part(inner, process, fields, splitting);
        }
    }
  }

  async #processSubstitution(part: PartOf<'ProcessSubstitution'>, process: Process): Promise<string> {
    // Simplification: `<(…)` runs to its end first and is read from a file; `>(…)` is not simulated.
    if (part.direction === 'output') throw new ExpansionError('>(…) is not simulated yet');
    return this.port.substituteFile(part.body, process);
  }

  async #doubleQuoted(part: PartOf<'DoubleQuoted'>, process: Process, fields: Fields): Promise<void> {
    const isEmptyList = part.parts.length === 1;
    for (const inner of part.parts) {
      if (inner.type !== 'ParameterExpansion') {
        await this.#quotedPart(inner, process, fields);
        continue;
      }
      const value = await this.parameter(inner, process);
      if (value.kind !== 'list') fields.keep(value.kind === 'unset' ? '' : value.text, true);
      else if (value.star) fields.keep(value.elements.join((process.state.text('IFS') ?? ' ').slice(0, 1)), true);
      else if (value.elements.length === 0 && isEmptyList) return;
      else fields.list(value.elements, (element) => fields.keep(element, true));
    }
    if (part.parts.length === 0) fields.keep('', true);
  }

  async #quotedPart(part: WordPart, process: Process, fields: Fields): Promise<void> {
    if (part.type === 'Glob') return fields.keep(part.pattern, true);
    if (part.type === 'Literal') return fields.keep(part.value, true);
    if (part.type === 'CommandSubstitution') return fields.keep(await this.port.substitute(part.body, process), true);
    return this.#part(part, process, fields, false);
  }

  #unquoted(value: Lookup, process: Process, fields: Fields, splitting: boolean): void {
    if (value.kind === 'unset') return;
    const ifs = process.state.text('IFS') ?? ' \t\n';
    // zsh leaves what a parameter holds in one piece (its option SH_WORD_SPLIT is off).
    const join =
      splitting && process.state.dialect !== 'zsh' ? (text: string) => fields.split(text, ifs) : (text: string) => fields.keep(text);
    if (value.kind === 'scalar') join(value.text);
    else if (splitting)
      fields.list(
        value.elements.filter((element) => element !== ''),
        join,
      );
    else join(value.elements.join(' '));
  }

  /** What `$x` or `${x…}` stands for. */
  async parameter(part: PartOf<'ParameterExpansion'>, process: Process): Promise<Lookup> {
    if (part.operation) return operate(part.parameter, part.operation, process, this);
    const value = await lookUp(part.parameter, process, this);
    if (value.kind === 'unset' && process.state.options.nounset) {
      const text = process.state.dialect === 'bash' ? 'unbound variable' : 'parameter not set';
      throw new ExpansionError(`${part.parameter}: ${text}`, fatalStatus(process.state));
    }
    return value;
  }

  substitute(script: ScriptNode, process: Process): Promise<string> {
    return this.port.substitute(script, process);
  }
}

/** A word that is plain text needs no expansion; most words are. */
function literalOf(word: WordNode): string | undefined {
  const [part] = word.parts;
  if (word.parts.length !== 1 || !part) return undefined;
  return part.type === 'Literal' || part.type === 'SingleQuoted' || part.type === 'Escaped' ? part.value : undefined;
}
