import type { World } from '@svclab/cluster';
import type { Table } from '@svclab/sim';
import { freshShell, loginShell } from './places.js';
import type { ShellState, Variable } from './state.js';
import { functionSource, parseFunction } from './syntax.js';
import type { Location } from './types.js';

/**
 * What a shell session keeps between two command lines: its differences from a
 * fresh shell there. Table `shell.sessions`, key = `<location>|<name>`.
 */
interface SessionRecord {
  readonly variables: { readonly [name: string]: Variable | null };
  readonly aliases: { readonly [name: string]: string | null };
  /** Source text by name. */
  readonly functions: { readonly [name: string]: string };
  readonly options: readonly string[];
  readonly cwd: string;
  /** `$?` and `$OLDPWD` live on too. */
  readonly status: number;
}

export const DEFAULT_SESSION = 'default';

export class Sessions {
  readonly #table: Table<SessionRecord>;

  constructor(private readonly world: World) {
    this.#table = world.sim.store.table('shell.sessions');
  }

  /** The session's shell, as its last command line left it. */
  open(at: Location, name = DEFAULT_SESSION, dialect = loginShell(this.world, at)): ShellState {
    const state = freshShell(this.world, at, dialect, true);
    const record = this.#table.get(`${at}|${name}`);
    if (!record) return state;
    restoreInto(state.variables, record.variables);
    restoreInto(state.aliases, record.aliases);
    for (const name of sortedKeys(record.functions)) {
      const definition = parseFunction(record.functions[name]!);
      if (definition) state.functions.set(name, definition);
    }
    for (const option of record.options) state.options[option as keyof typeof state.options] = true;
    state.cwd = record.cwd;
    state.status = record.status;
    return state;
  }

  save(state: ShellState, name = DEFAULT_SESSION): void {
    const fresh = freshShell(this.world, state.at, state.dialect, true);
    this.#table.put(`${state.at}|${name}`, {
      variables: differences(fresh.variables, state.variables),
      aliases: differences(fresh.aliases, state.aliases),
      functions: Object.fromEntries(sortedKeys(state.functions).map((key) => [key, functionSource(state.functions.get(key)!)])),
      options: Object.entries(state.options).flatMap(([option, on]) => (on ? [option] : [])),
      cwd: state.cwd,
      status: state.status,
    });
  }

  forget(at: Location, name: string): void {
    this.#table.delete(`${at}|${name}`);
  }
}

function sortedKeys(entries: ReadonlyMap<string, unknown> | object): readonly string[] {
  return (entries instanceof Map ? [...(entries.keys() as Iterable<string>)] : Object.keys(entries)).toSorted();
}

/** What `now` has otherwise than `before`; `null` for what it lost. */
function differences<V>(before: ReadonlyMap<string, V>, now: ReadonlyMap<string, V>): { [name: string]: V | null } {
  const result: [string, V | null][] = [];
  for (const name of sortedKeys(new Map([...before, ...now]))) {
    const value = now.get(name);
    if (value === undefined) result.push([name, null]);
    else if (JSON.stringify(value) !== JSON.stringify(before.get(name))) result.push([name, value]);
  }
  return Object.fromEntries(result);
}

function restoreInto<V>(target: Map<string, V>, differing: { readonly [name: string]: V | null }): void {
  for (const name of sortedKeys(differing)) {
    const value = differing[name];
    if (value === null || value === undefined) target.delete(name);
    else target.set(name, value);
  }
}
