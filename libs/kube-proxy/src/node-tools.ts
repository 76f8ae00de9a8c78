export interface ToolRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a proxier reaches the kernel of its node: tools and text, as in life. */
export interface NodeTools {
  /** Runs a tool by argument vector, `argv[0]` its name, in the node's network namespace. */
  run(argv: readonly string[], stdin?: string): ToolRun;
  /** Sets a sysctl by its dotted name. */
  setSysctl(name: string, value: string): void;
}
