import { err, ok, type Result, type Sim, type Table } from '@svclab/sim';
import { absoluteName, dnsResponse, isInZone, type DnsMessage, type DnsRecord } from '@svclab/wire';
import { failure, type Directive } from '../corefile.js';
import { questionOf, type DnsRequest, type PluginSetup } from '../plugin.js';

/** Seconds. Source: CoreDNS `plugin/cache/cache.go`. */
const MAX_TTL = 3600;
const MAX_DENIAL_TTL = 1800;
const MIN_TTL = 5;

/** An answer that is kept. Table `coredns.cache`, key = `<server>|<name in lower case>|<type>`. */
export interface CachedAnswer {
  readonly storedUs: number;
  readonly ttlSeconds: number;
  readonly rcode: DnsMessage['rcode'];
  readonly recursionAvailable: boolean;
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
}

export const cacheTable = (sim: Sim): Table<CachedAnswer> => sim.store.table<CachedAnswer>('coredns.cache');

interface Limits {
  readonly maxTtl: number;
  readonly minTtl: number;
  /** Zones whose answers of this kind are not kept. */
  readonly except: readonly string[];
}

interface CacheOptions {
  readonly zones: readonly string[];
  readonly success: Limits;
  readonly denial: Limits;
  readonly failureTtl: number;
}

/** Keeps answers, names that do not exist too. Every answer gets the time that is left. Source: CoreDNS `plugin/cache`. */
// Simplification: answers are not refreshed ahead of time (`prefetch`), none is served when it is over (`serve_stale`), and the number kept has no limit.
export const cache: PluginSetup = (directive, context) => {
  const options = cacheOptions(directive, context.zones);
  if (!options.ok) return options;
  const answers = new AnswerCache(context.sim, options.value);
  return ok((request, next) => {
    if (!options.value.zones.some((zone) => isInZone(questionOf(request).name, zone))) return next(request);
    return answers.find(request) ?? answers.keep(request, next(request));
  });
};

class AnswerCache {
  readonly #table: Table<CachedAnswer>;

  constructor(
    private readonly sim: Sim,
    private readonly options: CacheOptions,
  ) {
    this.#table = cacheTable(sim);
  }

  find(request: DnsRequest): DnsMessage | undefined {
    const kept = this.#table.get(keyOf(request));
    const left = kept && this.#secondsLeft(kept);
    if (!kept || left === undefined || left <= 0) return undefined;
    const { rcode, recursionAvailable } = kept;
    // Clients disregard an answer without this flag, so the cache sets it whoever answered.
    return dnsResponse(request.message, { authoritative: true, rcode, recursionAvailable, ...withTtl(kept, left) });
  }

  /** Keeps what may be kept, and limits the answer's own times by how long that is. */
  keep(request: DnsRequest, response: DnsMessage): DnsMessage {
    const kind = kindOf(response);
    if (response.truncated || kind === 'other') return response;
    const ttlSeconds = this.#ttlFor(response, kind);
    const limits = kind === 'success' ? this.options.success : this.options.denial;
    if (ttlSeconds > 0 && !limits.except.some((zone) => isInZone(questionOf(request).name, zone))) {
      this.#forgetExpired(request.server.id);
      const { rcode, recursionAvailable, answers, authorities, additionals } = response;
      this.#table.put(keyOf(request), {
        storedUs: this.sim.nowUs,
        ttlSeconds,
        rcode,
        recursionAvailable,
        answers,
        authorities,
        additionals,
      });
    }
    return { ...response, ...withTtl(response, ttlSeconds) };
  }

  #ttlFor(response: DnsMessage, kind: 'success' | 'denial' | 'failure'): number {
    const { success, denial, failureTtl } = this.options;
    if (kind === 'failure') return failureTtl;
    const { minTtl, maxTtl } = kind === 'success' ? success : denial;
    return Math.min(maxTtl, Math.max(minTtl, shortestTtl(response)));
  }

  #secondsLeft({ storedUs, ttlSeconds }: CachedAnswer): number {
    return ttlSeconds - Math.floor((this.sim.nowUs - storedUs) / 1_000_000);
  }

  #forgetExpired(server: string): void {
    for (const key of this.#table.keysWithPrefix(`${server}|`)) if (this.#secondsLeft(this.#table.get(key)!) <= 0) this.#table.delete(key);
  }
}

const keyOf = (request: DnsRequest): string => {
  const { name, type } = questionOf(request);
  return `${request.server.id}|${name.toLowerCase()}|${type}`;
};

/** What an answer means to a cache. Source: CoreDNS `plugin/pkg/response/typify.go`. */
function kindOf({ rcode, answers, authorities }: DnsMessage): 'success' | 'denial' | 'failure' | 'other' {
  const hasSoa = authorities.some(({ type }) => type === 'SOA');
  if (rcode === 'NOERROR' && answers.length) return 'success';
  if (rcode === 'SERVFAIL' || rcode === 'NOTIMP') return 'failure';
  if ((rcode === 'NOERROR' || rcode === 'NXDOMAIN') && hasSoa) return 'denial';
  return 'other';
}

/** Of all records; a denial lasts no longer than its SOA says. */
function shortestTtl({ answers, authorities, additionals }: DnsMessage): number {
  const records = [...answers, ...authorities, ...additionals];
  const ttls = records.map((record) => (record.type === 'SOA' ? Math.min(record.ttl, record.minimum) : record.ttl));
  return Math.min(MAX_TTL, ...ttls);
}

type Sections = Pick<DnsMessage, 'answers' | 'authorities' | 'additionals'>;

function withTtl({ answers, authorities, additionals }: Sections, ttl: number): Sections {
  const aged = (records: readonly DnsRecord[]): DnsRecord[] => records.map((record) => ({ ...record, ttl }));
  return { answers: aged(answers), authorities: aged(authorities), additionals: aged(additionals) };
}

function cacheOptions({ args, block, line }: Directive, serverZones: readonly string[]): Result<CacheOptions, string> {
  const [first, ...rest] = args;
  const hasTtl = first !== undefined && /^\d+$/.test(first);
  if (hasTtl && Number(first) === 0) return failure(line, `cache TTL can not be zero or negative: ${first}`);
  const zones = (hasTtl ? rest : args).map((zone) => absoluteName(zone.toLowerCase()));
  let options: CacheOptions = {
    zones: zones.length ? zones : serverZones,
    success: { maxTtl: hasTtl ? Number(first) : MAX_TTL, minTtl: MIN_TTL, except: [] },
    denial: { maxTtl: hasTtl ? Number(first) : MAX_DENIAL_TTL, minTtl: MIN_TTL, except: [] },
    failureTtl: MIN_TTL,
  };
  for (const [property = '', ...values] of block) {
    const read = readProperty(options, property, values);
    if (!read.ok) return failure(line, read.error);
    options = read.value;
  }
  return ok(options);
}

function readProperty(options: CacheOptions, property: string, values: readonly string[]): Result<CacheOptions, string> {
  switch (property) {
    case 'success':
    case 'denial': {
      const [, maxTtl, minTtl] = values.map(Number);
      const limits = { ...options[property], ...(maxTtl !== undefined && { maxTtl }), ...(minTtl !== undefined && { minTtl }) };
      return ok({ ...options, [property]: limits });
    }
    case 'disable': {
      const [kind, ...zones] = values;
      if (kind !== 'success' && kind !== 'denial') return err(`cache type for disable must be success or denial: ${kind ?? ''}`);
      const except = zones.length ? zones.map((zone) => absoluteName(zone.toLowerCase())) : options.zones;
      return ok({ ...options, [kind]: { ...options[kind], except } });
    }
    case 'servfail':
      return ok({ ...options, failureTtl: Number(/^(\d+)s?$/.exec(values[0] ?? '')?.[1] ?? MIN_TTL) });
    case 'prefetch':
    case 'serve_stale':
    case 'keepttl':
      return ok(options);
    default:
      return err(`unknown property '${property}'`);
  }
}
