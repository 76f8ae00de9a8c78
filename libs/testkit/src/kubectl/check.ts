/** One thing that a user does with kubectl, and what must come of it. */
export interface Check {
  /** What is claimed, after the name of its area: `lists them with their roles`. */
  readonly claim: string;
  readonly args: readonly string[];
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Default 0. */
  readonly exitCode?: number;
  /** All must be found; a text must be the whole output, without white space around it. */
  readonly stdout?: string | readonly RegExp[];
  readonly stderr?: readonly RegExp[];
  /** None may be found in either output. */
  readonly absent?: readonly RegExp[];
  /** Asked again until it holds, for at most half a minute. */
  readonly eventually?: boolean;
  /** Looks at the output itself; a text says what is wrong. */
  readonly judge?: (stdout: string) => string | undefined;
  /** Least minor version of kubectl that can do this. */
  readonly since?: number;
}

export interface Area {
  readonly name: string;
  readonly checks: readonly Check[];
}

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Words of a command line; quotes are not understood: what needs them is given as a list. */
export const words = (line: string): string[] => line.split(' ').filter(Boolean);

type Expected = Omit<Check, 'claim' | 'args'>;

export const check = (claim: string, command: string | readonly string[], expected: Expected = {}): Check => ({
  claim,
  args: typeof command === 'string' ? words(command) : command,
  ...expected,
});

/** What an outcome lacks; undefined where all is as it should be. */
export function faultOf(check: Check, { exitCode, stdout, stderr }: Outcome): string | undefined {
  const wanted = check.exitCode ?? 0;
  if (exitCode !== wanted) return `exit ${exitCode}, not ${wanted}: ${(stderr || stdout).trim()}`;
  if (typeof check.stdout === 'string' && stdout.trim() !== check.stdout) return `printed ${JSON.stringify(stdout.trim())}`;
  for (const pattern of typeof check.stdout === 'object' ? check.stdout : [])
    if (!pattern.test(stdout)) return `no ${pattern} in ${JSON.stringify(stdout.trim())}`;
  for (const pattern of check.stderr ?? [])
    if (!pattern.test(stderr)) return `no ${pattern} among errors: ${JSON.stringify(stderr.trim())}`;
  const unwanted = check.absent?.find((pattern) => pattern.test(stdout + stderr));
  return unwanted ? `${unwanted} in the output` : check.judge?.(stdout);
}
