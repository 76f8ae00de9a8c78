/** What a script does next: writes a line, lets time pass, or ends. */
export type ScriptEvent =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'wait'; readonly us: number }
  | { readonly kind: 'exit'; readonly code: number };

/** What a script may look at. */
export interface ScriptView {
  readonly hostname: string;
  readonly env: Readonly<Record<string, string>>;
  /** Whether a file is there; absent: none is. */
  readonly exists?: (path: string) => boolean;
  /** `date` at an offset from the start, in microseconds. */
  readonly date?: (offsetUs: number) => string;
}

const FOREVER: ScriptEvent = { kind: 'wait', us: Infinity };

/**
 * The life of a container's own command as a sequence of events: `sleep`, `echo`, `exit`, `tail -f`, loops with `while true` and `for`,
 * and the like, as arguments or as a script behind `sh -c`.
 */
// Simplification: a container's command is followed as far as such simple words go; any other program runs, silent, until it is stopped.
export function* runCommand(argv: readonly string[], view: ScriptView): Generator<ScriptEvent, void> {
  let offsetUs = 0;
  const outcome = { code: 0 };
  for (const event of commandEvents(argv, { ...view, date: () => view.date?.(offsetUs) ?? '' }, outcome)) {
    yield event;
    if (event.kind === 'exit') return;
    if (event.kind === 'wait') offsetUs += event.us;
  }
  yield { kind: 'exit', code: outcome.code };
}

interface Outcome {
  code: number;
}

const SHELLS = new Set(['sh', 'bash', 'ash', 'zsh', 'dash']);

function* commandEvents(argv: readonly string[], view: ScriptView, outcome: Outcome): Generator<ScriptEvent, void> {
  const [program = '', ...args] = argv;
  const name = program.slice(program.lastIndexOf('/') + 1);
  outcome.code = 0;
  if (SHELLS.has(name)) {
    const at = args.findIndex((arg) => /^-[a-z]*c$/.test(arg));
    // A shell without script and without a terminal reads the end of its input at once.
    if (at >= 0) yield* scriptEvents(args[at + 1] ?? '', view, outcome);
    return;
  }
  switch (name) {
    case 'sleep':
      yield { kind: 'wait', us: args.reduce((sum, arg) => sum + sleepUs(arg), 0) };
      return;
    case 'echo':
    case 'printf':
      yield { kind: 'line', text: args.filter((arg, i) => !(i === 0 && /^-[ne]+$/.test(arg))).join(' ') };
      return;
    case 'hostname':
      yield { kind: 'line', text: view.hostname };
      return;
    case 'date':
      yield { kind: 'line', text: view.date?.(0) ?? '' };
      return;
    case 'exec':
      yield* commandEvents(args, view, outcome);
      if (args.length > 0) yield { kind: 'exit', code: outcome.code };
      return;
    case 'exit':
      yield { kind: 'exit', code: Number(args[0] ?? 0) & 0xff };
      return;
    case 'false':
      outcome.code = 1;
      return;
    case 'true':
    case ':':
    case 'set':
    case 'trap':
    case 'export':
    case 'mkdir':
    case 'touch':
    case 'rm':
    case 'cd':
    case '':
      return;
    case 'cat':
    case 'ls':
    case 'stat':
    case 'test':
    case '[':
      outcome.code = filesExist(args, view) ? 0 : 1;
      return;
    default:
      yield FOREVER;
  }
}

const filesExist = (args: readonly string[], { exists }: ScriptView): boolean =>
  args.filter((arg) => arg.startsWith('/')).every((path) => exists?.(path) ?? false);

const SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400 };

function sleepUs(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text);
  return match ? Number(match[1]) * SECONDS[match[2]!]! * 1_000_000 : Infinity;
}

function* scriptEvents(text: string, view: ScriptView, outcome: Outcome): Generator<ScriptEvent, void> {
  yield* statementEvents(statementsOf(text), view, outcome);
}

/** A command with what stands between it and the one before it. */
interface Statement {
  readonly joined: ';' | '&&' | '||';
  readonly text: string;
}

/** Cuts a script at line ends, `;`, `&&` and `||`, outside quotes. */
function statementsOf(script: string): Statement[] {
  const parts = script.match(/"(?:\\.|[^"\\])*"|'[^']*'|&&|\|\||[;\n]|[^"';\n&|]+|[&|]/g) ?? [];
  const statements: Statement[] = [];
  let joined: Statement['joined'] = ';';
  let text = '';
  const end = (next: Statement['joined']): void => {
    if (text.trim()) statements.push({ joined, text: text.trim() });
    joined = next;
    text = '';
  };
  for (const part of parts) {
    if (part === ';' || part === '\n') end(';');
    else if (part === '&&' || part === '||') end(part);
    else text += part;
  }
  end(';');
  return statements;
}

function* statementEvents(statements: readonly Statement[], view: ScriptView, outcome: Outcome): Generator<ScriptEvent, void> {
  for (let at = 0; at < statements.length; at++) {
    const { joined, text } = statements[at]!;
    if ((joined === '&&' && outcome.code !== 0) || (joined === '||' && outcome.code === 0)) continue;
    const loop = /^(while|until|for)\s+(.*)$/s.exec(text);
    if (!loop) {
      yield* simpleEvents(text, view, outcome);
      continue;
    }
    const end = endOfLoop(statements, at);
    const body = statements.slice(at + 1, end).map((each, i) => (i === 0 ? { ...each, text: each.text.replace(/^do\s+/, '') } : each));
    yield* loopEvents(loop[1]!, loop[2]!, body, view, outcome);
    at = end;
  }
}

function endOfLoop(statements: readonly Statement[], start: number): number {
  for (let at = start, depth = 0; at < statements.length; at++) {
    if (/^(do\s+)?(while|until|for)\s/.test(statements[at]!.text)) depth++;
    if (/^done\b/.test(statements[at]!.text) && --depth === 0) return at;
  }
  return statements.length;
}

function* loopEvents(
  word: string,
  head: string,
  body: readonly Statement[],
  view: ScriptView,
  outcome: Outcome,
): Generator<ScriptEvent, void> {
  if (word === 'for') {
    const [, variable = '', list = ''] = /^(\w+)\s+in\s+(.*)$/s.exec(head) ?? [];
    for (const value of listOf(list)) yield* statementEvents(body, { ...view, env: { ...view.env, [variable]: value } }, outcome);
    return;
  }
  // A condition that is not known to hold, or a body in which no time passes, would turn for ever in one moment.
  if (!/^(true|:|sleep\s)/.test(head) || !body.concat({ joined: ';', text: head }).some(({ text }) => /\bsleep\b/.test(text))) {
    yield FOREVER;
    return;
  }
  for (;;) {
    yield* simpleEvents(head, view, outcome);
    yield* statementEvents(body, view, outcome);
  }
}

/** The words of a `for`: those that stand there, or a count by `seq` or `{1..3}`. */
function listOf(text: string): readonly string[] {
  const range = /seq\s+(?:(\d+)\s+)?(\d+)|\{(\d+)\.\.(\d+)\}/.exec(text);
  if (!range) return wordsOf(text);
  const first = Number(range[1] ?? range[3] ?? 1);
  const last = Math.min(Number(range[2] ?? range[4]), first + 9_999);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => String(first + i));
}

function* simpleEvents(text: string, view: ScriptView, outcome: Outcome): Generator<ScriptEvent, void> {
  // Where output goes elsewhere there is none to show, and of a pipeline nothing is known.
  const withoutInput = text.replace(/\s*\d?>\s*&?\S+/g, '');
  if (/[|&]/.test(withoutInput)) {
    yield FOREVER;
    return;
  }
  const redirected = withoutInput !== text;
  const words = wordsOf(expanded(withoutInput, view));
  for (const event of commandEvents(words, view, outcome)) if (!(redirected && event.kind === 'line')) yield event;
}

const wordsOf = (text: string): string[] =>
  (text.match(/(?:"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'])+/g) ?? []).map((word) => word.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'/g, '$1$2'));

const expanded = (text: string, { hostname, env, date }: ScriptView): string =>
  text
    .replace(/\$\(date\)|`date`/g, () => date?.(0) ?? '')
    .replace(/\$\(hostname\)|`hostname`/g, hostname)
    .replace(/\$\{?(\w+)\}?/g, (_, name: string) => (name === 'HOSTNAME' ? hostname : (env[name] ?? '')));
