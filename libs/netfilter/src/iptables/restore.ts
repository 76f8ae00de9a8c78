import { BUILT_IN_CHAINS, isBuiltIn, isTableName } from '../hooks.js';
import { TableDraft } from '../table-draft.js';
import type { TableName, ToolResult } from '../types.js';
import { TableChanges } from './changes.js';
import { show } from './command.js';
import { parseCommandLine } from './command-line.js';
import type { IptablesContext } from './context.js';
import { splitWords } from './quoting.js';
import { parseRuleText } from './rule-cache.js';
import { learnShape, outlineRule } from './rule-shape.js';
import { IPTABLES_VERSION, parameterProblem, renderError, RuleRefused, success, ToolError } from './tool-error.js';

const PROGRAM = 'iptables-restore';

const USAGE = `Usage: iptables-restore [-c] [-v] [-V] [-t] [-h] [-n] [-T table] [-M command] [-4] [-6] [file]
	   [ --counters ]
	   [ --verbose ]
	   [ --version]
	   [ --test ]
	   [ --help ]
	   [ --noflush ]
	   [ --table=<TABLE> ]
	   [ --modprobe=<command> ]
	   [ --ipv4 ]
	   [ --ipv6 ]
`;

interface RestoreOptions {
  readonly counters: boolean;
  readonly flush: boolean;
  readonly test: boolean;
  readonly verbose: boolean;
  readonly only: string | undefined;
}

/**
 * The program `iptables-restore`. Each table takes effect at its COMMIT, whole or not at
 * all; what an earlier COMMIT did stays when a later one fails.
 */
export function runIptablesRestore(context: IptablesContext, argv: readonly string[], text: string): ToolResult {
  const options = parseOptions(argv);
  return 'exitCode' in options ? options : new Restore(context, options).run(text);
}

class Restore {
  #changes: TableChanges | undefined;
  #skipping = false;
  #line = 0;
  #output = '';
  #notice = '';

  constructor(
    private readonly context: IptablesContext,
    private readonly options: RestoreOptions,
  ) {}

  run(text: string): ToolResult {
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    try {
      for (const line of lines) {
        this.#line++;
        const failed = this.#read(line);
        if (failed) return failed;
      }
    } catch (error) {
      if (error instanceof ToolError) return renderError(PROGRAM, error, this.#changes?.line ?? this.#line);
      throw error;
    }
    if (this.#changes || this.#skipping) return failure(`${PROGRAM}: COMMIT expected at line ${this.#line + 1}\n`);
    return success(this.#output, this.#notice);
  }

  #read(line: string): ToolResult | undefined {
    const first = line[0];
    if (first === undefined || first === '#') return undefined;
    const isOpen = this.#changes !== undefined || this.#skipping;
    if (first === '*' && !isOpen) this.#open(line.slice(1).trim());
    else if (!isOpen) return failure(`${PROGRAM}: line ${this.#line} failed\n`);
    else if (line.trimEnd() === 'COMMIT') this.#commit();
    else if (this.#changes) {
      this.#changes.line = this.#line;
      if (first === ':') this.#chain(this.#changes, line);
      else this.#command(this.#changes, line);
    }
    return undefined;
  }

  #open(name: string): void {
    if (!isTableName(name)) throw parameterProblem(`${PROGRAM}: line ${this.#line} table name '${name}' invalid`);
    if (this.options.only !== undefined && this.options.only !== name) {
      this.#skipping = true;
      return;
    }
    const draft = new TableDraft(this.context.ruleset, this.context.netns, name);
    this.#changes = new TableChanges(this.context, draft);
    if (this.options.flush) this.#empty(draft, name);
  }

  #empty(draft: TableDraft, table: TableName): void {
    for (const name of draft.names()) {
      if (this.options.verbose) this.#output += `Flushing chain \`${name}'\n`;
      draft.flush(name);
      if (isBuiltIn(table, name)) draft.change(name)!.policy = 'ACCEPT';
    }
    for (const name of draft.names().slice(BUILT_IN_CHAINS[table].length)) {
      if (this.options.verbose) this.#output += `Deleting chain \`${name}'\n`;
      draft.delete(name);
    }
  }

  #commit(): void {
    if (this.#changes) this.#changes.line = this.#line;
    if (!this.options.test) this.#changes?.commit();
    else this.#changes?.check();
    this.#changes = undefined;
    this.#skipping = false;
  }

  /** `:CHAIN POLICY [packets:bytes]`. */
  #chain(changes: TableChanges, line: string): void {
    const [chain = '', policy, countersText] = line.slice(1).split(/[ \t]+/);
    if (policy === undefined) throw parameterProblem(`${PROGRAM}: line ${this.#line} policy invalid`);
    if (!isBuiltIn(changes.draft.table, chain)) {
      changes.declare(chain);
      return;
    }
    if (policy === '-') return;
    if (policy !== 'ACCEPT' && policy !== 'DROP') throw new ToolError('errno', 'Bad policy name');
    changes.setPolicy(chain, policy, this.options.counters ? parseCounters(countersText) : undefined);
  }

  #command(changes: TableChanges, line: string): void {
    let counters: readonly [number, number] = [0, 0];
    let rest = line;
    if (line.startsWith('[')) {
      const end = line.indexOf(']');
      const given = parseCounters(line.slice(0, end + 1));
      if (!given) throw parameterProblem(`${PROGRAM}: line ${this.#line} bad counters`);
      if (this.options.counters) counters = given;
      rest = line.slice(end + 1).trimStart();
    }
    if (this.#append(changes, rest, counters)) return;
    const counterWords = counters[0] || counters[1] ? ['-c', ...counters.map(String)] : [];
    const parsed = parseCommandLine([...splitWords(rest), ...counterWords], changes.draft.table);
    if (parsed.kind !== 'command') return;
    this.#notice += parsed.line.notice;
    const { letter } = parsed.line;
    const printed = letter === 'L' || letter === 'S' ? show(this.context, parsed.line) : changes.run(parsed.line);
    if (letter === 'L' || letter === 'S' || this.options.verbose) this.#output += printed;
  }

  /** `-A CHAIN …`, nearly every line there is: known again by its shape, or through the cache of parsed texts. */
  #append(changes: TableChanges, line: string, counters: readonly [number, number]): boolean {
    if (!line.startsWith('-A ') || this.options.verbose) return false;
    const blank = line.indexOf(' ', 3);
    const chain = blank < 0 ? line.slice(3) : line.slice(3, blank);
    if (chain === '') return false;
    const text = blank < 0 ? '' : line.slice(blank + 1);
    const outline = outlineRule(text);
    if (outline) {
      changes.append(chain, outline, counters);
      return true;
    }
    const rules = parseQuietly(text);
    if (!rules) return false;
    if (rules.length === 1 && rules[0]!.text === text) learnShape(rules[0]!);
    for (const rule of rules) changes.append(chain, rule, counters);
    return true;
  }
}

/** A rule that the kernel would refuse goes the long way, where the refusal is worded. */
function parseQuietly(text: string): ReturnType<typeof parseRuleText> {
  try {
    return parseRuleText(text);
  } catch (error) {
    if (error instanceof RuleRefused) return undefined;
    throw error;
  }
}

function parseCounters(text: string | undefined): readonly [number, number] | undefined {
  const match = /^\[(\d+):(\d+)\]$/.exec(text ?? '');
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

function parseOptions(argv: readonly string[]): RestoreOptions | ToolResult {
  const options = { counters: false, flush: true, test: false, verbose: false, only: undefined as string | undefined };
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    switch (word) {
      case '-c':
      case '--counters':
        options.counters = true;
        break;
      case '-n':
      case '--noflush':
        options.flush = false;
        break;
      case '-t':
      case '--test':
        options.test = true;
        break;
      case '-v':
      case '--verbose':
        options.verbose = true;
        break;
      case '-T':
        options.only = argv[++i];
        break;
      case '-w':
      case '--wait':
        if (/^\d+$/.test(argv[i + 1] ?? '')) i++;
        break;
      case '-W':
      case '--wait-interval':
      case '-M':
        i++;
        break;
      case '-4':
      case '--ipv4':
        break;
      case '-V':
      case '--version':
        return success(`${PROGRAM} ${IPTABLES_VERSION}\n`);
      case '-h':
      case '--help':
        return success(USAGE);
      default:
        if (word.startsWith('--table=')) options.only = word.slice('--table='.length);
        else if (!/^--(wait|wait-interval|modprobe)=/.test(word)) return refuse(word);
    }
  }
  return options;
}

function refuse(word: string): ToolResult {
  if (!word.startsWith('-')) return failure(`Can't open ${word}: No such file or directory\n`);
  const problem = word.startsWith('--') ? `unrecognized option '${word}'` : `invalid option -- '${word[1] ?? ''}'`;
  return failure(`${PROGRAM}: ${problem}\nTry \`${PROGRAM} -h' for more information.\n`);
}

const failure = (stderr: string): ToolResult => ({ exitCode: 1, stdout: '', stderr });
