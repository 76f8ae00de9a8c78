import type { ToolResult } from '../types.js';

/** Version text of iptables as kindest/node:v1.31.0 carries it. */
export const IPTABLES_VERSION = 'v1.8.9 (nf_tables)';

/**
 * How a command can fail, as iptables sorts its own errors:
 * `parameter` the command line is wrong (exit 2, names the help);
 * `argument` a stray word; `other` refused by the tool (exit 1);
 * `errno` refused by a look at the rules (exit 1, no version);
 * `kernel` the kernel turned the change down (exit 4); `table` no such table (exit 3).
 */
export type ToolErrorKind = 'parameter' | 'argument' | 'other' | 'errno' | 'kernel' | 'table';

/** No `Error`: a refusal is an expected answer (kube-proxy asks `-C` for every rule it is about to add), and its stack costs more than the question. */
export class ToolError {
  constructor(
    readonly kind: ToolErrorKind,
    readonly message: string,
  ) {}
}

/** The kernel's check of a match or target fails; whoever adds the rule knows which chain it was for. */
export class RuleRefused extends Error {
  override readonly name = 'RuleRefused';

  /** `reason` as strerror(3) words it; `chains` lead from a built-in chain to the place of the fault. */
  constructor(
    readonly reason: string,
    readonly chains: readonly string[] = [],
  ) {
    super(reason);
  }
}

export const parameterProblem = (message: string): ToolError => new ToolError('parameter', message);

/** xtables' guided option parser ends its messages with an empty line. */
export const optionProblem = (extension: string, message: string): ToolError => parameterProblem(`${extension}: ${message}\n`);

/** `operation` as nft names it, `reason` as strerror(3) does. */
export const kernelRefusal = (operation: string, reason: string, object: string): ToolError =>
  new ToolError('kernel', `${operation} failed (${reason}): ${object}`);

export const NO_SUCH_CHAIN = 'No chain/target/match by that name';
export const NO_SUCH_RULE = 'Bad rule (does a matching rule exist in that chain?)';

/** What `program` prints for `error`; `line` is that of the text given to iptables-restore. */
export function renderError(program: string, error: ToolError, line?: number): ToolResult {
  const prefix = `${program} ${IPTABLES_VERSION}: `;
  const where = line === undefined ? '' : `Error occurred at line: ${line}\n`;
  const help = `Try \`${program} -h' or '${program} --help' for more information.\n`;
  switch (error.kind) {
    case 'parameter':
      return failure(2, `${prefix}${error.message}\n${where}${help}`);
    case 'argument':
      return failure(2, `Bad argument \`${error.message}'\n${where}${help}`);
    case 'other':
      return failure(1, `${prefix}${error.message}\n${where}`);
    case 'errno':
      return failure(1, line === undefined ? `${program}: ${error.message}.\n` : `${program}: line ${line} failed: ${error.message}.\n`);
    case 'kernel':
      return failure(4, line === undefined ? `${prefix} ${error.message}\n` : `${prefix}\nline ${line}: ${error.message}\n`);
    case 'table':
      return failure(3, `${prefix}table '${error.message}' does not exist\nPerhaps iptables or your kernel needs to be upgraded.\n`);
  }
}

const failure = (exitCode: number, stderr: string): ToolResult => ({ exitCode, stdout: '', stderr });

export const success = (stdout = '', stderr = ''): ToolResult => ({ exitCode: 0, stdout, stderr });
