import { evaluateArithmetic } from './arithmetic.js';
import { evaluateCondition } from './conditions.js';
import { BrokenPipe, ExpansionError, Leave } from './control-flow.js';
import { PatienceOver, type RunningExecution } from './execution.js';
import type { CommandNode, CommandOf, CompoundNode, PipelineNode, ScriptNode, StatementNode } from './just-bash.js';
import { matchesPattern } from './patterns.js';
import type { Process } from './process.js';
import { redirect } from './redirections.js';
import { runSimpleCommand } from './simple-command.js';
import type { ShellState } from './state.js';
import { BufferOutput, Input, type Output } from './streams.js';
import { parseScript, ScriptSyntaxError } from './syntax.js';
import type { Programs } from './programs.js';
import { LimitExceeded } from './types.js';
import { Expander } from './words.js';

const SYNTAX_ERROR = 2;

/**
 * Walks the tree of a script (bash's grammar, as just-bash parses it) and runs it.
 * Every construct resolves to its exit status. Stages of a pipeline run one after
 * another, each with the whole output of the one before as its input.
 */
export class Evaluator {
  readonly expander: Expander;

  constructor(
    readonly execution: RunningExecution,
    readonly programs: Programs,
  ) {
    this.expander = new Expander({
      substitute: (script, process) => this.#substitute(script, process),
      substituteFile: (script, process) => this.#substituteFile(script, process),
      computed: (name) => this.#computed(name),
      files: (state) => programs.files(state.at),
      charge: execution.budget.chargeStream,
    });
  }

  /** Runs a whole script text as a shell process does: its errors are told on standard error, `exit` ends it. */
  async runScript(text: string, process: Process): Promise<number> {
    const status = await this.asShell(process, () => this.parseAndRun(text, process));
    const { exitTrap } = process.state;
    if (exitTrap === undefined) return status;
    process.state.exitTrap = undefined;
    await this.asShell(process, () => this.parseAndRun(exitTrap, process));
    return status;
  }

  /** Runs a script text inside the shell that is at work; throws what stops it. */
  async parseAndRun(text: string, process: Process): Promise<number> {
    return this.script(parseScript(text), process);
  }

  /** Ends where `exit`, a failed expansion or a syntax error ends a shell. */
  async asShell({ state, io }: Process, body: () => Promise<number>): Promise<number> {
    try {
      return await body();
    } catch (error) {
      if (error instanceof Leave) return (state.status = error.status);
      return (state.status = this.tell(error, state, io.stderr));
    }
  }

  script(script: ScriptNode, process: Process): Promise<number> {
    return this.statements(script.statements, process);
  }

  async statements(statements: readonly StatementNode[], process: Process): Promise<number> {
    let status = 0;
    for (const statement of statements) status = await this.#statement(statement, process);
    return status;
  }

  async #statement(statement: StatementNode, process: Process): Promise<number> {
    // Simplification: `&` runs the command to its end before the next one starts; its output appears then, and no job number is shown.
    const subject = statement.background ? { state: process.state.fork(), io: process.io.with(0, new Input('')) } : process;
    const run = (): Promise<number> => this.#list(statement, subject);
    const status = statement.background ? await this.#asChild(subject, run) : await run();
    return (process.state.status = statement.background ? 0 : status);
  }

  /** Pipelines joined by `&&` and `||`. */
  async #list(statement: StatementNode, process: Process): Promise<number> {
    const { state } = process;
    const last = statement.pipelines.length - 1;
    let status = 0;
    for (const [index, pipeline] of statement.pipelines.entries()) {
      const operator = statement.operators[index - 1];
      if ((operator === '&&' && status !== 0) || (operator === '||' && status === 0)) continue;
      const guarded = index < last || pipeline.negated;
      status = guarded ? await this.condition(state, () => this.#pipeline(pipeline, process)) : await this.#pipeline(pipeline, process);
      state.status = status;
      if (status !== 0 && state.options.errexit && state.conditionDepth === 0 && !guarded) throw new Leave('exit', 0, status);
    }
    return status;
  }

  /** Runs what may fail without tripping `set -e`. */
  async condition(state: ShellState, body: () => Promise<number>): Promise<number> {
    state.conditionDepth++;
    try {
      return await body();
    } finally {
      state.conditionDepth--;
    }
  }

  async #pipeline(pipeline: PipelineNode, process: Process): Promise<number> {
    const startedUs = this.programs.world.sim.nowUs;
    const statuses =
      pipeline.commands.length === 1 ? [await this.command(pipeline.commands[0]!, process)] : await this.#stages(pipeline, process);
    const { state, io } = process;
    state.pipeStatus = statuses;
    if (pipeline.timed) io.stderr.write(timing(this.programs.world.sim.nowUs - startedUs, state));
    const failing = state.options.pipefail ? statuses.findLast((status) => status !== 0) : undefined;
    const status = failing ?? statuses.at(-1)!;
    return pipeline.negated ? Number(status === 0) : status;
  }

  async #stages(pipeline: PipelineNode, process: Process): Promise<number[]> {
    const statuses: number[] = [];
    const last = pipeline.commands.length - 1;
    let input = process.io.stdin;
    let cut: unknown;
    for (const [index, command] of pipeline.commands.entries()) {
      const output =
        index < last ? new BufferOutput(this.execution.budget.chargeStream, linesWanted(pipeline.commands[index + 1]!)) : process.io.stdout;
      let io = process.io.with(0, input).with(1, output);
      if (pipeline.pipeStderr?.[index]) io = io.with(2, output);
      // zsh runs the last stage itself, so that `… | read x` sets x; bash and sh fork every stage.
      const state = index === last && process.state.dialect === 'zsh' ? process.state : process.state.fork();
      try {
        statuses.push(await this.#stage(command, { state, io }, index < last));
      } catch (error) {
        if (index === last || !cutsStageOnly(error)) throw error;
        cut ??= error;
        this.execution.renewPatience();
        statuses.push(130);
      }
      if (output instanceof BufferOutput) input = new Input(output.text);
    }
    if (cut) throw cut;
    return statuses;
  }

  async #stage(command: CommandNode, process: Process, isChild: boolean): Promise<number> {
    try {
      return isChild || process.state.dialect !== 'zsh'
        ? await this.#asChild(process, () => this.command(command, process))
        : await this.command(command, process);
    } catch (error) {
      if (error instanceof BrokenPipe) return 141;
      throw error;
    }
  }

  async #asChild(process: Process, body: () => Promise<number>): Promise<number> {
    process.state.loopDepth = 0;
    return this.execution.budget.nested(() => this.asShell(process, body));
  }

  async command(node: CommandNode, process: Process): Promise<number> {
    if (node.line) process.state.line = node.line;
    if (node.type === 'SimpleCommand') return runSimpleCommand(node, process, this);
    if (node.type === 'FunctionDef') {
      process.state.functions.set(node.name, node);
      return 0;
    }
    if (node.redirections.length === 0) return this.#compound(node, process);
    let io;
    try {
      io = await redirect(node.redirections, process, this.expander, this.execution.budget.chargeStream);
    } catch (error) {
      return this.tell(error, process.state, process.io.stderr);
    }
    return this.#compound(node, { state: process.state, io });
  }

  /** Calls a function: its arguments are the positional parameters, its `local` variables end with it. */
  async callFunction(name: string, args: readonly string[], process: Process): Promise<number> {
    const { state } = process;
    const definition = state.functions.get(name)!;
    const outer = state.positional;
    const outerLoops = state.loopDepth;
    state.positional = args;
    state.loopDepth = 0;
    state.returnDepth++;
    state.hidden.push(new Map());
    try {
      return await this.execution.budget.nested(async () => {
        const io = await redirect(definition.redirections, process, this.expander, this.execution.budget.chargeStream);
        return this.command(definition.body, { state, io });
      });
    } catch (error) {
      if (error instanceof Leave && error.what === 'return') return error.status;
      throw error;
    } finally {
      for (const [variable, before] of state.hidden.pop()!) {
        if (before) state.variables.set(variable, before);
        else state.variables.delete(variable);
      }
      state.positional = outer;
      state.returnDepth--;
      state.loopDepth = outerLoops;
    }
  }

  async #compound(node: CompoundNode, process: Process): Promise<number> {
    const { state } = process;
    switch (node.type) {
      case 'If':
        return this.#if(node, process);
      case 'For':
        return this.#for(node, process);
      case 'CStyleFor':
        return this.#cStyleFor(node, process);
      case 'While':
      case 'Until':
        return this.#while(node, process);
      case 'Case':
        return this.#case(node, process);
      case 'Group':
        return this.statements(node.body, process);
      case 'Subshell': {
        const child = { state: state.fork(), io: process.io };
        return this.#asChild(child, () => this.statements(node.body, child));
      }
      case 'ArithmeticCommand':
        return Number((await evaluateArithmetic(node.expression, process, this.expander)) === 0n);
      case 'ConditionalCommand':
        return Number(!(await evaluateCondition(node.expression, process, this.expander)));
    }
  }

  async #if(node: CommandOf<'If'>, process: Process): Promise<number> {
    for (const clause of node.clauses) {
      const status = await this.condition(process.state, () => this.statements(clause.condition, process));
      if (status === 0) return this.statements(clause.body, process);
    }
    return node.elseBody ? this.statements(node.elseBody, process) : 0;
  }

  async #for(node: CommandOf<'For'>, process: Process): Promise<number> {
    const { state } = process;
    const words = node.words ? await this.expander.arguments(node.words, process) : state.positional;
    let status = 0;
    for (const word of words) {
      state.assign(node.variable, word);
      const turn = await this.#turn(node.body, process);
      status = turn.status;
      if (turn.leave) break;
    }
    return status;
  }

  async #cStyleFor(node: CommandOf<'CStyleFor'>, process: Process): Promise<number> {
    const evaluate = (expression: typeof node.init): Promise<bigint> | bigint =>
      expression ? evaluateArithmetic(expression, process, this.expander) : 1n;
    let status = 0;
    await evaluate(node.init);
    while ((await evaluate(node.condition)) !== 0n) {
      // Without a condition it is `while true` in other words.
      if (!node.condition) this.execution.endless();
      const turn = await this.#turn(node.body, process);
      status = turn.status;
      if (turn.leave) break;
      await evaluate(node.update);
    }
    return status;
  }

  async #while(node: CommandOf<'While'> | CommandOf<'Until'>, process: Process): Promise<number> {
    let status = 0;
    for (;;) {
      const condition = await this.condition(process.state, () => this.statements(node.condition, process));
      if ((condition === 0) !== (node.type === 'While')) return status;
      this.execution.endless();
      const turn = await this.#turn(node.body, process);
      status = turn.status;
      if (turn.leave) return status;
    }
  }

  /** One turn of a loop's body; `leave` when a `break` ends the loop. */
  async #turn(body: readonly StatementNode[], process: Process): Promise<{ status: number; leave: boolean }> {
    const { state } = process;
    this.execution.budget.count('turn');
    state.loopDepth++;
    try {
      return { status: await this.statements(body, process), leave: false };
    } catch (error) {
      if (!(error instanceof Leave) || (error.what !== 'break' && error.what !== 'continue')) throw error;
      if (error.levels > 1 && state.loopDepth > 1) {
        error.levels--;
        throw error;
      }
      return { status: 0, leave: error.what === 'break' };
    } finally {
      state.loopDepth--;
    }
  }

  async #case(node: CommandOf<'Case'>, process: Process): Promise<number> {
    const text = await this.expander.text(node.word, process);
    let status = 0;
    let falling = false;
    for (const item of node.items) {
      if (!falling && !(await this.#matchesItem(item.patterns, text, process))) continue;
      status = await this.statements(item.body, process);
      if (item.terminator === ';;') break;
      falling = item.terminator === ';&';
    }
    return status;
  }

  async #matchesItem(patterns: CommandOf<'Case'>['items'][number]['patterns'], text: string, process: Process): Promise<boolean> {
    for (const pattern of patterns) {
      if (matchesPattern(await this.expander.pattern(pattern, process), text)) return true;
    }
    return false;
  }

  async #substitute(script: ScriptNode, process: Process): Promise<string> {
    const output = new BufferOutput(this.execution.budget.chargeStream);
    const child = { state: process.state.fork(), io: process.io.with(1, output) };
    process.state.substitutionStatus = await this.#asChild(child, () => this.script(script, child));
    return output.text.replace(/\n+$/, '').replaceAll('\0', '');
  }

  async #substituteFile(script: ScriptNode, process: Process): Promise<string> {
    const output = new BufferOutput(this.execution.budget.chargeStream);
    const child = { state: process.state.fork(), io: process.io.with(1, output) };
    await this.#asChild(child, () => this.script(script, child));
    return this.programs.temporaryFile(process.state.at, output.text);
  }

  #computed(name: string): string | undefined {
    const { sim } = this.programs.world;
    switch (name) {
      case 'RANDOM':
        return String(sim.random('shell').below(32768));
      case 'SECONDS':
        return String(Math.floor((sim.nowUs - this.execution.startedUs) / 1e6));
      case 'EPOCHSECONDS':
        return String(Math.floor(sim.nowUs / 1e6));
      case 'UID':
      case 'EUID':
        return '0';
      default:
        return undefined;
    }
  }

  /** Writes the shell's own error message; what is no error of the script's goes on up. */
  tell(error: unknown, state: ShellState, stderr: Output): number {
    if (error instanceof ScriptSyntaxError) {
      const prefix =
        state.dialect === 'bash' && !state.interactive
          ? `${state.scriptName}: ${state.fromText ? '-c: ' : ''}line ${error.line}: `
          : state.complaintPrefix;
      stderr.write(`${prefix}${error.describe(state.dialect)}\n`);
      if (state.dialect === 'bash' && error.sourceLine !== undefined) stderr.write(`${prefix}\`${error.sourceLine}'\n`);
      return SYNTAX_ERROR;
    }
    if (error instanceof ExpansionError) {
      stderr.write(`${state.complaintPrefix}${error.message}\n`);
      return error.status;
    }
    throw error;
  }
}

/** Whether an endless stage ends here while what it wrote still goes down the pipe. */
const cutsStageOnly = (error: unknown): boolean =>
  error instanceof PatienceOver || (error instanceof LimitExceeded && (error.limit === 'loopTurns' || error.limit === 'outputBytes'));

/** How many lines the next stage reads before it closes the pipe: `head`, `head -3`, `head -n 3`, `grep -m 2` is not known. */
function linesWanted(command: CommandNode): number {
  if (command.type !== 'SimpleCommand' || command.redirections.length > 0) return Infinity;
  const words = [command.name, ...command.args].map((word) =>
    word?.parts.length === 1 && word.parts[0]!.type === 'Literal' ? word.parts[0]!.value : '\0',
  );
  const line = words.join(' ');
  if (line === 'head') return 10;
  const count = /^head (?:-n ?|-)(\d+)$/.exec(line)?.[1];
  return count === undefined ? Infinity : Math.max(1, Number(count));
}

/** What the keyword `time` says, in virtual time. */
function timing(us: number, state: ShellState): string {
  if (state.dialect === 'zsh') return `0.00s user 0.00s system 0% cpu ${(us / 1e6).toFixed(3)} total\n`;
  return `\nreal\t${minutesAndSeconds(us)}\nuser\t0m0.000s\nsys\t0m0.000s\n`;
}

const minutesAndSeconds = (us: number): string => `${Math.floor(us / 6e7)}m${((us % 6e7) / 1e6).toFixed(3)}s`;
