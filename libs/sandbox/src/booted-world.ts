import { ok, Sim, type Result, type StoreDump } from '@svclab/sim';
import { World, type BootstrapOptions } from '@svclab/cluster';

/** The moment at which every world is booted. Chosen so that no number, name or text of a state looks like a time near it but times. */
export const BOOTED_US = 1_000_000_000_000_000;

/** A world's times lie nearer to {@link BOOTED_US} than this. */
const NEAR_US = 3_600_000_000;

// Simplification: every cluster boots in the same way, so the names and uids of its system pods are the same in each sandbox.
const BOOT_SEED = 1;

/** Worlds kept, one for each configuration asked for of late. */
const MOST_KEPT = 8;

/** What a world is like when it has come up. */
export type Configuration = Pick<BootstrapOptions, 'profile' | 'proxyMode' | 'kindConfig'>;

const kept = new Map<string, StoreDump>();

/**
 * The state of a world that has just come up and settled, at {@link BOOTED_US}. A cluster takes thousands of events to boot, and
 * they are the same each time: so it is booted once, as a machine's disk image is made, and sandboxes begin from the image.
 * The error is about the configuration, for its author.
 */
export function bootedWorld(options: Configuration): Result<StoreDump, string> {
  const key = JSON.stringify([options.profile, options.proxyMode, options.kindConfig]);
  const known = kept.get(key);
  const booted = known ? ok(known) : boot(options, BOOTED_US);
  if (!booted.ok) return booted;
  // The last one asked for stands last, so that a class of odd configurations does not drive the usual one out.
  kept.delete(key);
  kept.set(key, booted.value);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
  return booted;
}

/** Boots a world that is up at `nowUs`. */
export function boot(options: Configuration, nowUs: number): Result<StoreDump, string> {
  const sim = new Sim();
  const world = new World(sim);
  // A sandbox's entries count from 1: the boot's draws come from before them.
  sim.beginEntry(0);
  sim.initialise({ seed: BOOT_SEED, startUs: nowUs });
  const built = world.bootstrap(options);
  if (!built.ok) return built;
  sim.settle();
  sim.commitEntry();
  return ok(sim.store.dump());
}

/** The same records with all their times moved, by whole seconds. Also their keys: the name of an Event holds its time. */
export function* recordsLater(dump: StoreDump, byUs: number): Generator<readonly [table: string, key: string, record: object]> {
  for (const [table, { records }] of Object.entries(dump.tables)) {
    for (const [key, record] of records) yield [table, textLater(key, byUs), later(record, byUs) as object];
  }
}

function later(value: unknown, byUs: number): unknown {
  if (typeof value === 'string') return textLater(value, byUs);
  if (typeof value === 'number') return isNear(value) ? value + byUs : value;
  if (Array.isArray(value)) return value.map((item) => later(item, byUs));
  if (typeof value !== 'object' || value === null) return value;
  const moved: Record<string, unknown> = {};
  for (const key in value) moved[key] = later((value as Record<string, unknown>)[key], byUs);
  return moved;
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)((?:\.\d+)?Z)$/;
/** `<object>.<nanoseconds>`, as the API server's clients name Events. */
const EVENT_NAME = /^(.*\.)([0-9a-f]{15,16})$/;
/** The head of a line as klog writes it: no year. */
const KLOG_LINE = /^([IWEF])(\d\d)(\d\d) (\d\d:\d\d:\d\d)(\.\d{6} .*)$/s;
const KLOG_YEAR = isoSeconds(BOOTED_US).slice(0, 4);

function textLater(text: string, byUs: number): string {
  // The cheap looks first: most texts are none of these.
  if (text.length < 17) return text;
  if (text.endsWith('Z'))
    return text.replace(TIME, (whole, seconds: string, rest: string) => timeLater(seconds, byUs)?.concat(rest) ?? whole);
  if (text[5] === ' ' && text[8] === ':') {
    return text.replace(KLOG_LINE, (whole, severity: string, month: string, day: string, time: string, rest: string) => {
      const moved = timeLater(`${KLOG_YEAR}-${month}-${day}T${time}`, byUs);
      return moved === undefined ? whole : `${severity}${moved.slice(5, 7)}${moved.slice(8, 10)} ${moved.slice(11)}${rest}`;
    });
  }
  if (text.lastIndexOf('.') < text.length - 17) return text;
  return text.replace(EVENT_NAME, (whole, object: string, hex: string) => {
    const ns = BigInt(`0x${hex}`);
    return isNear(Number(ns / 1000n)) ? `${object}${(ns + BigInt(byUs) * 1000n).toString(16)}` : whole;
  });
}

/** `2001-09-09T01:46:40` moved; undefined where it is no time of a boot. */
function timeLater(seconds: string, byUs: number): string | undefined {
  const us = Date.parse(`${seconds}Z`) * 1000;
  return isNear(us) ? isoSeconds(us + byUs) : undefined;
}

function isoSeconds(us: number): string {
  return new Date(us / 1000).toISOString().slice(0, 19);
}

function isNear(us: number): boolean {
  return us > BOOTED_US - NEAR_US && us < BOOTED_US + NEAR_US;
}
