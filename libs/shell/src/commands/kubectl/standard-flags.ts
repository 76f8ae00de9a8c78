import { failure } from './errors.js';
import { bool, int, pending, string, strings, type Flags, type FlagSpec } from './flags.js';

/** Flags that every command takes. */
export const GLOBAL_FLAGS: readonly FlagSpec[] = [
  string('namespace', 'If present, the namespace scope for this CLI request', 'n'),
  string('context', 'The name of the kubeconfig context to use'),
  string('kubeconfig', 'Path to the kubeconfig file to use for CLI requests.'),
  bool('help', 'Print usage', 'h'),
  int('v', 'number for the log level verbosity', 'v'),
  string('request-timeout', 'The length of time to wait before giving up on a single server request.'),
  bool('warnings-as-errors', 'Treat warnings received from the server as errors and exit with a non-zero exit code'),
  ...pending('string', 'cluster', 'user', 'server', 'token', 'as', 'as-group', 'as-uid', 'cache-dir', 'certificate-authority'),
  ...pending('string', 'client-certificate', 'client-key', 'tls-server-name', 'username', 'password', 'profile', 'vmodule'),
  ...pending('bool', 'insecure-skip-tls-verify', 'match-server-version', 'disable-compression'),
];

export const FILE_FLAGS: readonly FlagSpec[] = [
  strings('filename', 'The files that contain the configurations', 'f'),
  bool('recursive', 'Process the directory used in -f, --filename recursively', 'R'),
  ...pending('string', 'kustomize'),
];

export const OUTPUT_FLAGS: readonly FlagSpec[] = [
  string('output', 'Output format', 'o'),
  bool('allow-missing-template-keys', 'If true, ignore any errors in templates when a field or map key is missing'),
  bool('show-managed-fields', 'If true, keep the managedFields when printing objects'),
  ...pending('string', 'template'),
];

export const SELECTOR_FLAGS: readonly FlagSpec[] = [string('selector', 'Selector (label query) to filter on', 'l')];

/** `--dry-run` without a value meant client, long ago, and still does. */
export const DRY_RUN_FLAGS: readonly FlagSpec[] = [string('dry-run', 'Must be "none", "server", or "client"', undefined, 'unchanged')];

export const VALIDATE_FLAGS: readonly FlagSpec[] = [
  string('validate', 'Must be one of: strict (or true), warn, ignore (or false).', undefined, 'strict'),
];

export type DryRun = 'none' | 'client' | 'server';

export function dryRunOf(flags: Flags): DryRun {
  const value = flags.string('dry-run') ?? 'none';
  if (value === 'none' || value === 'client' || value === 'server') return value;
  if (value === 'unchanged')
    throw failure('--dry-run flag without a value was specified. A value must be set: "none", "server", or "client".');
  throw failure(`Invalid dry-run value (${value}). Must be "none", "server", or "client".`);
}

/** `--validate`; `warn` is taken for strict. */
export function fieldValidationOf(flags: Flags): 'Strict' | 'Ignore' {
  const value = (flags.string('validate') ?? 'strict').toLowerCase();
  if (value === 'true' || value === 'strict' || value === 'warn') return 'Strict';
  if (value === 'false' || value === 'ignore') return 'Ignore';
  throw failure(`invalid - validate option "${value}"`);
}
