import { isBuiltIn } from '../hooks.js';
import { TableDraft } from '../table-draft.js';
import type { ToolResult } from '../types.js';
import { TableChanges } from './changes.js';
import { parseCommandLine, type CommandLine } from './command-line.js';
import type { IptablesContext } from './context.js';
import { HELP } from './help.js';
import { listOneRule, listTable, printRule, printTable } from './listing.js';
import { IPTABLES_VERSION, renderError, success, ToolError } from './tool-error.js';

/** The program `iptables`, arguments without its name. */
export function runIptables(context: IptablesContext, argv: readonly string[]): ToolResult {
  try {
    const parsed = parseCommandLine(argv);
    if (parsed.kind === 'version') return success(`iptables ${IPTABLES_VERSION}\n`);
    if (parsed.kind === 'help') return success(HELP);
    return success(execute(context, parsed.line), parsed.line.notice);
  } catch (error) {
    if (error instanceof ToolError) return renderError('iptables', error);
    throw error;
  }
}

function execute(context: IptablesContext, command: CommandLine): string {
  const changes = new TableChanges(context, new TableDraft(context.ruleset, context.netns, command.table));
  if (command.letter === 'L' || command.letter === 'S') {
    const shown = show(context, command);
    if (command.alsoZero) {
      changes.zero(command.chain);
      changes.commit();
    }
    return shown;
  }
  const printed = changes.run(command);
  if (command.letter !== 'C') changes.commit();
  return printed;
}

/** `-L` and `-S`. */
export function show(context: IptablesContext, command: CommandLine): string {
  const { ruleset, netns } = context;
  const { table, chain, ruleNumber } = command;
  if (chain !== undefined && !isBuiltIn(table, chain) && !ruleset.chain(netns, table, chain)) {
    throw new ToolError('other', `chain \`${chain}' in table \`${table}' is incompatible, use 'nft' tool.`);
  }
  if (command.letter === 'L') {
    return chain !== undefined && ruleNumber !== undefined
      ? listOneRule(ruleset, netns, table, chain, ruleNumber, command)
      : listTable(ruleset, netns, table, chain, command);
  }
  if (chain === undefined || ruleNumber === undefined) return printTable(ruleset, netns, table, chain, command.verbose);
  const loaded = ruleset.chain(netns, table, chain);
  const rule = loaded?.rules[ruleNumber - 1];
  if (!loaded || !rule) return '';
  const [packets, bytes] = ruleset.counters(loaded).rules[ruleNumber - 1]!;
  return printRule(chain, rule, command.verbose ? ` -c ${packets} ${bytes}` : '');
}
