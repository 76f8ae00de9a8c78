import { builtins, DECLARATIONS } from './builtins/index.js';
import { ExpansionError } from './control-flow.js';
import type { Evaluator } from './evaluator.js';
import type { AssignmentNode, SimpleCommandNode, WordNode } from './just-bash.js';
import { assignTo, lookUp } from './parameters.js';
import { quote } from './parameter-operations.js';
import type { Process } from './process.js';
import { redirect } from './redirections.js';
import { elementsOf, type ShellState, type Value, type Variable } from './state.js';
import { parseScript } from './syntax.js';

/** Assignments, a name, arguments, redirections: expands them in POSIX's order (2.9.1) and runs what the name stands for. */
export async function runSimpleCommand(node: SimpleCommandNode, process: Process, evaluator: Evaluator): Promise<number> {
  const pause = evaluator.execution.checkpoint();
  if (pause) await pause;
  const { state } = process;
  state.substitutionStatus = undefined;
  const words = await expandCommand(node, process, evaluator);
  trace(words, process);
  let io = process.io;
  if (node.redirections.length > 0) {
    try {
      io = await redirect(node.redirections, process, evaluator.expander, evaluator.execution.budget.chargeStream);
    } catch (error) {
      return evaluator.tell(error, state, process.io.stderr);
    }
  }
  if (words.length === 0) {
    for (const assignment of node.assignments) {
      await assign(assignment, process, evaluator);
      trace([`${assignment.name}=${state.text(assignment.name) ?? ''}`], process);
    }
    return state.substitutionStatus ?? 0;
  }
  const [name, ...args] = words as [string, ...string[]];
  if (name === 'exec' && args.length === 0) process.io = io;
  const run = (): Promise<number> => dispatch(name, args, { state, io }, evaluator);
  return node.assignments.length === 0 ? run() : withAssignments(node.assignments, process, evaluator, run);
}

async function expandCommand(node: SimpleCommandNode, process: Process, evaluator: Evaluator): Promise<readonly string[]> {
  if (!node.name) return [];
  const names = await evaluator.expander.arguments(aliasOf(node.name, process.state) ?? [node.name], process);
  if (names.length === 1 && DECLARATIONS.has(names[0]!)) return [...names, ...(await declarationArguments(node.args, process, evaluator))];
  return [...names, ...(await evaluator.expander.arguments(node.args, process))];
}

/** `export A=$b` assigns the whole of `$b`: no splitting, no paths. */
async function declarationArguments(words: readonly WordNode[], process: Process, evaluator: Evaluator): Promise<readonly string[]> {
  const result: string[] = [];
  for (const word of words) {
    const [first] = word.parts;
    const isAssignment = first?.type === 'Literal' && /^[A-Za-z_]\w*\+?=/.test(first.value);
    if (isAssignment) result.push(await evaluator.expander.text(word, process));
    else result.push(...(await evaluator.expander.arguments([word], process)));
  }
  return result;
}

/** The words an alias stands for. */
function aliasOf(name: WordNode, state: ShellState): readonly WordNode[] | undefined {
  const [part] = name.parts;
  if (!state.interactive || name.parts.length !== 1 || part?.type !== 'Literal') return undefined;
  const text = state.aliases.get(part.value);
  const command = text === undefined ? undefined : parseScript(text).statements[0]?.pipelines[0]?.commands[0];
  // Simplification: an alias stands for a command and its first arguments, not for any text.
  return command?.type === 'SimpleCommand' && command.name ? [command.name, ...command.args] : undefined;
}

function trace(words: readonly string[], { state, io }: Process): void {
  if (!state.options.xtrace || words.length === 0) return;
  const shown = words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quote(word))).join(' ');
  io.stderr.write(`${state.dialect === 'zsh' ? `+${state.complaintPrefix.slice(0, -2)}> ` : '+ '}${shown}\n`);
}

/** `A=b command`: set while the command runs, and exported to it. */
async function withAssignments(
  assignments: readonly AssignmentNode[],
  process: Process,
  evaluator: Evaluator,
  run: () => Promise<number>,
): Promise<number> {
  const { state } = process;
  const before = new Map<string, Variable | undefined>();
  try {
    for (const assignment of assignments) {
      if (!before.has(assignment.name)) before.set(assignment.name, state.variables.get(assignment.name));
      await assign(assignment, process, evaluator);
      const variable = state.variables.get(assignment.name);
      if (variable) state.variables.set(assignment.name, { ...variable, exported: true });
    }
    return await run();
  } finally {
    for (const [name, variable] of before) {
      if (variable) state.variables.set(name, variable);
      else state.variables.delete(name);
    }
  }
}

async function assign(assignment: AssignmentNode, process: Process, evaluator: Evaluator): Promise<void> {
  const { state } = process;
  if (assignment.array) {
    const value = await arrayValue(assignment, process, evaluator);
    if (!state.assign(assignment.name, value)) throw new ExpansionError(`${assignment.name}: readonly variable`);
    return;
  }
  const text = assignment.value ? await evaluator.expander.text(assignment.value, process) : '';
  const before = assignment.append ? await lookUp(assignment.name, process, evaluator.expander) : undefined;
  const prefix = before?.kind === 'scalar' ? before.text : '';
  await assignTo(assignment.name, prefix + text, process, evaluator.expander);
}

async function arrayValue(assignment: AssignmentNode, process: Process, evaluator: Evaluator): Promise<Value> {
  const before = process.state.variables.get(assignment.name)?.value;
  if (before !== undefined && typeof before !== 'string' && !Array.isArray(before)) {
    const map: Record<string, string> = assignment.append ? { ...(before as Record<string, string>) } : {};
    for (const word of assignment.array!) {
      const entry = /^\[(.*?)\]=(.*)$/s.exec(await evaluator.expander.text(word, process));
      if (entry) map[entry[1]!] = entry[2]!;
    }
    return map;
  }
  const elements = await evaluator.expander.arguments(assignment.array!, process);
  return assignment.append && before !== undefined ? [...elementsOf(before), ...elements] : elements;
}

/** A function, a builtin, or a program: in this order. */
async function dispatch(name: string, args: readonly string[], process: Process, evaluator: Evaluator): Promise<number> {
  if (process.state.functions.has(name)) return evaluator.callFunction(name, args, process);
  const builtin = builtins.get(name);
  if (builtin) return builtin({ name, args, process, evaluator });
  return evaluator.programs.run(name, args, process, evaluator);
}
