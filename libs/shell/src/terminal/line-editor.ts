import type { Key, KeyAction } from './keys.js';
import { screenWidth } from './screen-width.js';

/** A line that is being edited, as plain data: what a terminal at its prompt keeps. */
export interface EditedLine {
  text: string;
  /** Index into `text`. */
  cursor: number;
  /** Index into the history; its length is the new line. */
  historyAt: number;
  /** The new line, while an older one is looked at. */
  draft: string;
  /** What Ctrl-Y gives back. */
  killed: string;
  search: { query: string; at: number } | null;
}

export const emptyLine = (history: readonly string[], killed = ''): EditedLine => ({
  text: '',
  cursor: 0,
  historyAt: history.length,
  draft: '',
  killed,
  search: null,
});

export interface Completion {
  /** Where the word that is completed begins. */
  readonly from: number;
  /** Whole words; one that ends in `/` goes on. */
  readonly candidates: readonly string[];
}

/** What the editor needs of the terminal and of the shell behind it. */
export interface EditorSurroundings {
  readonly columns: number;
  readonly history: readonly string[];
  /** zsh names its search otherwise than bash. */
  readonly searchLabel: string;
  write(text: string): void;
  complete(text: string, cursor: number): Completion;
}

/** What a key decided: the line goes to the shell, or there is none. */
export type Decision = 'accepted' | 'interrupted' | 'ended' | 'suspended';

type Move = (line: EditedLine) => number;

const isWordCharacter = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{N}_]/u.test(character);

const MOVES: { readonly [action in KeyAction]?: Move } = {
  'backward-char': ({ text, cursor }) => cursor - lengthBefore(text, cursor),
  'forward-char': ({ text, cursor }) => cursor + lengthAfter(text, cursor),
  'backward-word': ({ text, cursor }) => wordStart(text, cursor),
  'forward-word': ({ text, cursor }) => wordEnd(text, cursor),
  'beginning-of-line': () => 0,
  'end-of-line': ({ text }) => text.length,
};

/** What is cut out, and whether Ctrl-Y gives it back. */
const CUTS: { readonly [action in KeyAction]?: { readonly to: Move; readonly keeps: boolean } } = {
  'backward-delete-char': { to: MOVES['backward-char']!, keeps: false },
  'delete-char': { to: MOVES['forward-char']!, keeps: false },
  'kill-line': { to: MOVES['end-of-line']!, keeps: true },
  'kill-to-start': { to: MOVES['beginning-of-line']!, keeps: true },
  'backward-kill-word': { to: ({ text, cursor }) => text.slice(0, cursor).search(/\S+\s*$/), keeps: true },
  'kill-word': { to: MOVES['forward-word']!, keeps: true },
};

/** Edits one line at a prompt and keeps the screen as it should be. */
export class LineEditor {
  constructor(
    readonly line: EditedLine,
    /** The last line of the prompt: what stands left of the text. */
    private readonly prompt: string,
    private readonly around: EditorSurroundings,
  ) {}

  /** The screen must show the line before; afterwards it shows the line after. */
  press(key: Key): Decision | undefined {
    if (this.line.search) {
      const goesOn = this.#searching(key);
      if (goesOn) return undefined;
    }
    if ('unknown' in key) return undefined;
    if ('text' in key) return this.#insert(key.text);
    return this.#act(key.action);
  }

  /** Prints prompt and text where the cursor stands: after something else was written, or another size. */
  show(): void {
    this.around.write(this.#picture(0));
  }

  #act(action: KeyAction): Decision | undefined {
    const { line } = this;
    const move = MOVES[action];
    if (move) return this.#change(() => (line.cursor = move(line)));
    const cut = CUTS[action];
    if (cut) return this.#cut(cut.to(line), cut.keeps);
    switch (action) {
      case 'accept-line':
        return this.#leave('', 'accepted');
      case 'interrupt':
        return this.#leave('^C', 'interrupted');
      case 'suspend':
        return 'suspended';
      case 'delete-or-end':
        if (line.text === '') return 'ended';
        return this.#cut(MOVES['forward-char']!(line), false);
      case 'yank':
        return this.#insert(line.killed);
      case 'transpose-chars':
        return this.#transpose();
      case 'previous-history':
        return this.#recall(line.historyAt - 1);
      case 'next-history':
        return this.#recall(line.historyAt + 1);
      case 'clear-screen':
        this.around.write(`\x1b[H\x1b[2J${this.#picture(0)}`);
        return undefined;
      case 'reverse-search':
        return this.#change(() => (line.search = { query: '', at: this.around.history.length }));
      case 'complete':
        return this.#complete();
      default:
        return undefined;
    }
  }

  #insert(text: string): undefined {
    const { line } = this;
    const atEnd = line.cursor === line.text.length;
    const fits = this.#column(line.text.length) + screenWidth(text) < this.around.columns;
    const insert = (): void => {
      line.text = line.text.slice(0, line.cursor) + text + line.text.slice(line.cursor);
      line.cursor += text.length;
    };
    // What is typed at the end of a line is simply printed, so that a slow or a dumb terminal shows it as it should.
    if (!atEnd || !fits) return this.#change(insert);
    insert();
    this.around.write(text);
    return undefined;
  }

  #cut(to: number, keeps: boolean): undefined {
    const { line } = this;
    if (to < 0) return undefined;
    const [start, end] = [Math.min(to, line.cursor), Math.max(to, line.cursor)];
    if (start === end) return undefined;
    return this.#change(() => {
      if (keeps) line.killed = line.text.slice(start, end);
      line.text = line.text.slice(0, start) + line.text.slice(end);
      line.cursor = start;
    });
  }

  #transpose(): undefined {
    const { line } = this;
    const at = Math.min(Math.max(line.cursor, 1), line.text.length - 1);
    if (line.text.length < 2) return undefined;
    return this.#change(() => {
      line.text = line.text.slice(0, at - 1) + line.text[at]! + line.text[at - 1]! + line.text.slice(at + 1);
      line.cursor = at + 1;
    });
  }

  #recall(at: number): undefined {
    const { line } = this;
    const { history } = this.around;
    if (at < 0 || at > history.length) return undefined;
    return this.#change(() => {
      if (line.historyAt === history.length) line.draft = line.text;
      line.historyAt = at;
      this.#take(history[at] ?? line.draft);
    });
  }

  #take(text: string): void {
    this.line.text = text;
    this.line.cursor = text.length;
  }

  /** Whether the key belongs to the search; any other key ends it and does what it does. */
  #searching(key: Key): boolean {
    const { line } = this;
    const search = line.search!;
    if ('unknown' in key) return true;
    if ('text' in key) {
      this.#change(() => this.#find(search.query + key.text, Math.min(search.at, this.around.history.length - 1)));
      return true;
    }
    switch (key.action) {
      case 'reverse-search':
        this.#change(() => this.#find(search.query, search.at - 1));
        return true;
      case 'backward-delete-char':
        this.#change(() => this.#find(search.query.slice(0, -1), this.around.history.length - 1));
        return true;
      case 'cancel-search':
        this.#change(() => {
          line.search = null;
          this.#take('');
        });
        return true;
      default:
        this.#change(() => (line.search = null));
        return false;
    }
  }

  /** The newest line up to `from` that holds the query; what was found before stays where there is none. */
  #find(query: string, from: number): void {
    const { history } = this.around;
    const search = this.line.search!;
    search.query = query;
    for (let at = Math.min(from, history.length - 1); at >= 0; at--) {
      if (!history[at]!.includes(query)) continue;
      search.at = at;
      this.line.historyAt = at;
      this.line.text = history[at]!;
      this.line.cursor = history[at]!.indexOf(query);
      return;
    }
  }

  #complete(): undefined {
    const { line } = this;
    const { from, candidates } = this.around.complete(line.text, line.cursor);
    const typed = line.text.slice(from, line.cursor);
    const shared = sharedStart(candidates);
    if (candidates.length === 1) return this.#replace(from, shared.endsWith('/') ? shared : `${shared} `);
    if (shared.length > typed.length) return this.#replace(from, shared);
    if (candidates.length === 0) return undefined;
    const names = candidates.map((candidate) => candidate.slice(candidate.lastIndexOf('/', candidate.length - 2) + 1));
    this.around.write(`${this.#toEnd()}\r\n${inRows(names, this.around.columns)}${this.#picture(0)}`);
    return undefined;
  }

  #replace(from: number, text: string): undefined {
    const { line } = this;
    return this.#change(() => {
      line.text = line.text.slice(0, from) + text + line.text.slice(line.cursor);
      line.cursor = from + text.length;
    });
  }

  #leave(mark: string, decision: Decision): Decision {
    this.around.write(`${this.#toEnd()}${mark}\r\n`);
    return decision;
  }

  #change(change: () => unknown): undefined {
    const row = this.#row(this.line.cursor);
    const { text, search } = this.line;
    const cursor = this.#shownCursor();
    change();
    const onlyMoved = text === this.line.text && search === null && this.line.search === null;
    if (onlyMoved && cursor === this.#shownCursor()) return undefined;
    this.around.write(this.#picture(row));
    return undefined;
  }

  /** From a cursor in row `row` of the line as it was shown: prints it anew. */
  #picture(row: number): string {
    const { text, cursor } = this.line;
    const [end, at] = [this.#position(text.length), this.#position(cursor)];
    // A full last row leaves the cursor hanging behind it: a blank and a return bring it to the next one.
    const wrap = end.column === 0 && end.row > 0 ? ' \r' : '';
    const back = end.row - at.row;
    return `${up(row)}\r\x1b[J${this.#left()}${text}${wrap}${at.row === end.row && at.column === end.column ? '' : `${up(back)}\r${right(at.column)}`}`;
  }

  #toEnd(): string {
    const { text, cursor } = this.line;
    const [end, at] = [this.#position(text.length), this.#position(cursor)];
    if (end.row === at.row && end.column === at.column) return '';
    return `${end.row > at.row ? `\x1b[${end.row - at.row}B` : ''}\r${right(end.column)}`;
  }

  #left(): string {
    const { search } = this.line;
    return search ? `(${this.around.searchLabel})\`${search.query}': ` : this.prompt;
  }

  #column(index: number): number {
    return screenWidth(this.#left()) + screenWidth(this.line.text.slice(0, index));
  }

  #position(index: number): { row: number; column: number } {
    const column = this.#column(index);
    return { row: Math.floor(column / this.around.columns), column: column % this.around.columns };
  }

  #row(index: number): number {
    return this.#position(index).row;
  }

  #shownCursor(): number {
    return this.#column(this.line.cursor);
  }
}

const up = (rows: number): string => (rows > 0 ? `\x1b[${rows}A` : '');
const right = (columns: number): string => (columns > 0 ? `\x1b[${columns}C` : '');

/** UTF-16 units of the character before; combining marks go with it. */
const lengthBefore = (text: string, at: number): number => /[^]\p{M}*$/u.exec(text.slice(0, at))?.[0].length ?? 0;
const lengthAfter = (text: string, at: number): number => /^[^]\p{M}*/u.exec(text.slice(at))?.[0].length ?? 0;

function wordStart(text: string, from: number): number {
  let at = from;
  while (at > 0 && !isWordCharacter(text[at - 1])) at--;
  while (at > 0 && isWordCharacter(text[at - 1])) at--;
  return at;
}

function wordEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isWordCharacter(text[at])) at++;
  while (at < text.length && isWordCharacter(text[at])) at++;
  return at;
}

function sharedStart(words: readonly string[]): string {
  const [first = '', ...others] = words;
  let length = first.length;
  for (const word of others) while (!word.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}

/** Names in columns, as many as the screen holds, filled row by row. */
function inRows(names: readonly string[], columns: number): string {
  const width = Math.max(...names.map(screenWidth)) + 2;
  const perRow = Math.max(1, Math.floor(columns / width));
  const rows: string[] = [];
  for (let at = 0; at < names.length; at += perRow) {
    rows.push(
      names
        .slice(at, at + perRow)
        .map((name) => name + ' '.repeat(width - screenWidth(name)))
        .join('')
        .trimEnd(),
    );
  }
  return rows.map((row) => `${row}\r\n`).join('');
}
