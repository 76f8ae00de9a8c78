export { readManifestObjects } from './commands/kubectl/manifests/documents.js';
export { DEFAULT_LIMITS } from './limits.js';
export { Shell } from './shell.js';
export { TERMINALS, terminalTable, type Terminal, type TerminalOptions, type TerminalStep } from './terminal/terminal.js';
export { Interrupted, LimitExceeded } from './types.js';
export type {
  Command,
  CommandContext,
  CommandDefinition,
  Execution,
  FileAccess,
  Location,
  OutputChunk,
  ShellLimits,
  StartOptions,
} from './types.js';
