import { ExpansionError } from './control-flow.js';
import { resolvePath } from './globbing.js';
import type { RedirectionNode, WordNode } from './just-bash.js';
import type { Process } from './process.js';
import { Descriptors, discard, FileOutput, Input, type Output } from './streams.js';
import type { Expander } from './words.js';

/** The open files after `redirections`, from left to right; throws {@link ExpansionError} when one cannot be opened. */
export async function redirect(
  redirections: readonly RedirectionNode[],
  process: Process,
  expander: Expander,
  charge: (size: number) => void,
): Promise<Descriptors> {
  let io = process.io;
  for (const redirection of redirections) io = await new Redirecting({ state: process.state, io }, expander, charge).apply(redirection);
  return io;
}

class Redirecting {
  constructor(
    private readonly process: Process,
    private readonly expander: Expander,
    private readonly charge: (size: number) => void,
  ) {}

  async apply({ operator, target, fd }: RedirectionNode): Promise<Descriptors> {
    const { io } = this.process;
    if (target.type === 'HereDoc') return io.with(fd ?? 0, new Input(await this.#hereDocument(target)));
    switch (operator) {
      case '<':
      case '<>':
        return io.with(fd ?? 0, this.#read(await this.#path(target)));
      case '<<<':
        return io.with(fd ?? 0, new Input(`${await this.expander.text(target, this.process)}\n`));
      case '>':
      case '>|':
        return io.with(fd ?? 1, this.#write(await this.#path(target), false));
      case '>>':
        return io.with(fd ?? 1, this.#write(await this.#path(target), true));
      case '&>':
      case '&>>':
        return this.#both(await this.#path(target), operator === '&>>');
      case '>&':
      case '<&':
        return this.#duplicate(operator, fd, await this.#path(target));
      default:
        throw new ExpansionError(`redirection ${operator} is not simulated yet`);
    }
  }

  async #hereDocument({ content, stripTabs }: Extract<RedirectionNode['target'], { type: 'HereDoc' }>): Promise<string> {
    if (!stripTabs) return this.expander.text(content, this.process);
    let atLineStart = true;
    const parts = content.parts.map((part) => {
      if (part.type !== 'Literal') return part;
      const value = part.value.replace(atLineStart ? /^\t+|(?<=\n)\t+/g : /(?<=\n)\t+/g, '');
      atLineStart = value.endsWith('\n');
      return { ...part, value };
    });
    return this.expander.text({ ...content, parts }, this.process);
  }

  async #path(target: WordNode): Promise<string> {
    const words = await this.expander.arguments([target], this.process);
    if (words.length !== 1) throw new ExpansionError('ambiguous redirect');
    return words[0]!;
  }

  #both(path: string, append: boolean): Descriptors {
    const output = this.#write(path, append);
    return this.process.io.with(1, output).with(2, output);
  }

  /** `2>&1`, `>&-`, `<&3`; `>& file` is bash's older form of `&>`. */
  #duplicate(operator: '>&' | '<&', fd: number | null, target: string): Descriptors {
    const { io } = this.process;
    const to = fd ?? (operator === '>&' ? 1 : 0);
    if (target === '-') return io.with(to, undefined);
    if (!/^\d+$/.test(target)) return this.#both(target, false);
    const source = io.get(Number(target));
    if (!source) throw new ExpansionError(`${target}: bad file descriptor`);
    return io.with(to, source);
  }

  #read(path: string): Input {
    const { state, io } = this.process;
    if (path === '/dev/null') return new Input('');
    if (path === '/dev/stdin') return io.stdin;
    const files = this.expander.port.files(state);
    const absolute = resolvePath(state.cwd, path);
    if (files.list(absolute) !== undefined) throw this.#failure(path, 'Is a directory');
    const text = files.read(absolute);
    if (text === undefined) throw this.#failure(path, 'No such file or directory');
    return new Input(text);
  }

  #write(path: string, append: boolean): Output {
    const { state, io } = this.process;
    if (path === '/dev/null') return discard;
    if (path === '/dev/stdout' || path === '/dev/tty') return io.stdout;
    if (path === '/dev/stderr') return io.stderr;
    const files = this.expander.port.files(state);
    const absolute = resolvePath(state.cwd, path);
    if (files.list(absolute) !== undefined) throw this.#failure(path, 'Is a directory');
    if (files.list(resolvePath(absolute, '..')) === undefined) throw this.#failure(path, 'No such file or directory');
    return new FileOutput(files, absolute, this.charge, append);
  }

  #failure(path: string, reason: string): ExpansionError {
    return new ExpansionError(this.process.state.dialect === 'zsh' ? `${reason.toLowerCase()}: ${path}` : `${path}: ${reason}`);
  }
}
