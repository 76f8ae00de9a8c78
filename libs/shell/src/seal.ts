/** What a sealed computation sees instead of the machine it runs on. */
export interface SealedWorld {
  /** Virtual time, milliseconds since 1970. */
  nowMs(): number;
  /** 0 ≤ x < 1, from the sandbox's stream. */
  random(): number;
}

/**
 * Runs `body` while the host's clock, randomness, time zone and collation are
 * replaced, and puts them back. `body` may await, but only what resolves without
 * the event loop: nothing else of the process may see the replacements. One
 * execution runs at a time, so seals never nest.
 */
export async function sealed<T>(world: SealedWorld, body: () => Promise<T>): Promise<T> {
  if (current) throw new Error('two sealed computations at once');
  current = world;
  const lift = install();
  try {
    return await body();
  } finally {
    lift();
    current = undefined;
  }
}

let current: SealedWorld | undefined;

const HostDate = Date;
const hostLocaleCompare = String.prototype.localeCompare;
const hostRandom = Math.random;

const nowMs = (): number => (current ? current.nowMs() : HostDate.now());

/** `Date` on virtual time, in UTC wherever the host's zone would show. */
class SealedDate extends HostDate {
  constructor(...parts: readonly unknown[]) {
    if (parts.length === 0) super(nowMs());
    else if (parts.length === 1) super(typeof parts[0] === 'string' ? SealedDate.parse(parts[0]) : (parts[0] as number | Date));
    else super(HostDate.UTC(...(parts as [number, number])));
  }

  static override now(): number {
    return nowMs();
  }

  /** Text that names no zone is UTC; the host would take its own. */
  static override parse(text: string): number {
    if (/(?:z|utc|gmt|[+-]\d\d:?\d\d)\s*$/i.test(text)) return HostDate.parse(text);
    const asUtc = [`${text} UTC`, `${text}Z`].map((zoned) => HostDate.parse(zoned)).find((time) => !Number.isNaN(time));
    return asUtc ?? HostDate.parse(text);
  }

  override getTimezoneOffset(): number {
    return 0;
  }
}

const FIELDS = ['Date', 'Day', 'FullYear', 'Hours', 'Milliseconds', 'Minutes', 'Month', 'Seconds'];
for (const field of FIELDS) {
  for (const verb of ['get', 'set']) {
    const utc = Object.getOwnPropertyDescriptor(HostDate.prototype, `${verb}UTC${field}`);
    if (utc) Object.defineProperty(SealedDate.prototype, verb + field, utc);
  }
}

/** Code-unit order, as `LC_ALL=C` sorts. */
function codeUnitCompare(this: string, that: string): number {
  const text = String(this);
  return text < that ? -1 : text > that ? 1 : 0;
}

const sealedRandom = (): number => (current ? current.random() : hostRandom());

function install(): () => void {
  globalThis.Date = SealedDate as DateConstructor;
  Math.random = sealedRandom;
  setLocaleCompare(codeUnitCompare);
  return () => {
    globalThis.Date = HostDate;
    Math.random = hostRandom;
    setLocaleCompare(hostLocaleCompare);
  };
}

function setLocaleCompare(compare: (this: string, that: string) => number): void {
  // oxlint-disable-next-line no-extend-native -- replacing it for the time of one tool is what the seal is for
  Object.defineProperty(String.prototype, 'localeCompare', { value: compare, configurable: true, writable: true });
}
