import type { ApiServer } from '@svclab/kube-api';
import type { CommandContext } from '../../types.js';
import type { Flags, FlagSpec } from './flags.js';
import type { KubeConfig } from './kubeconfig.js';

/** One call of a kubectl command: its parsed arguments and what it works on. */
export interface Invocation {
  readonly command: CommandContext;
  readonly api: ApiServer;
  readonly config: KubeConfig;
  /** `kubectl get`. */
  readonly path: string;
  readonly flags: Flags;
  readonly args: readonly string[];
  /** Index in `args` of the first argument after `--`, or -1. */
  readonly dashAt: number;
  /** From `--namespace`, else the context's. */
  readonly namespace: string;
  readonly namespaceGiven: boolean;
  out(text: string): void;
  err(text: string): void;
}

/** A kubectl command (`get`) or subcommand (`cluster-info dump`). */
export interface Verb {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** One line for the list of commands. */
  readonly summary: string;
  /** Arguments, for the usage line: `(TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE/NAME ...)`. */
  readonly usage?: string;
  readonly flags?: readonly FlagSpec[];
  readonly subcommands?: readonly Verb[];
  /** Works without a cluster, as `config` does. */
  readonly offline?: boolean;
  /** Returns the exit code. Absent when only the subcommands do something. */
  readonly run?: (call: Invocation) => number | Promise<number>;
}
