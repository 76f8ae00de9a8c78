import type { Builtin } from './builtin.js';
import { cd, pwd } from './directories.js';
import { breakOrContinue, evalText, execProgram, exit, nothing, fail, returnFrom, source, trap } from './flow.js';
import { alias, command, hash, type, unalias, whence } from './lookup.js';
import { echo, printf } from './output.js';
import { read } from './read.js';
import { test } from './test.js';
import { declare, exportVariables, letArithmetic, local, makeReadonly, set, shift, unset } from './variables.js';

/** By name. */
export const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  [':', nothing],
  ['true', nothing],
  ['false', fail],
  ['.', source],
  ['source', source],
  ['[', test],
  ['test', test],
  ['alias', alias],
  ['unalias', unalias],
  ['break', breakOrContinue],
  ['continue', breakOrContinue],
  ['cd', cd],
  ['pwd', pwd],
  ['command', command],
  ['builtin', command],
  ['declare', declare],
  ['typeset', declare],
  ['echo', echo],
  ['printf', printf],
  ['eval', evalText],
  ['exec', execProgram],
  ['exit', exit],
  ['export', exportVariables],
  ['hash', hash],
  ['let', letArithmetic],
  ['local', local],
  ['read', read],
  ['readonly', makeReadonly],
  ['return', returnFrom],
  ['set', set],
  ['shift', shift],
  ['trap', trap],
  ['type', type],
  ['whence', whence],
  ['unset', unset],
  // Background commands have ended when the next one starts, so there is never anything to wait for.
  ['wait', nothing],
  ['jobs', nothing],
  // Simplification: zsh's options are accepted and change nothing.
  ['setopt', nothing],
  ['unsetopt', nothing],
]);

/** Builtins whose arguments may be assignments. */
export const DECLARATIONS: ReadonlySet<string> = new Set(['export', 'declare', 'typeset', 'local', 'readonly']);

/** Builtins that exist as programs too, for `xargs echo` or `docker exec … test`. */
export const PROGRAM_BUILTINS: ReadonlyMap<string, Builtin> = new Map(
  ['[', 'echo', 'false', 'pwd', 'test', 'true'].map((name) => [name, builtins.get(name)!] as const),
);
