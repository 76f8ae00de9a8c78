import type { ApiServer } from '@svclab/kube-api';
import { err, ok, type Result, type Sim, type Table } from '@svclab/sim';
import {
  decodeDns,
  dnsQuery,
  dnsResponse,
  encodeDns,
  framedForTcp,
  isInZone,
  unframedFromTcp,
  type DnsMessage,
  type DnsQuestion,
} from '@svclab/wire';
import { failure, parseCorefile, type Directive, type ServerBlock } from './corefile.js';
import { questionOf, type DnsRequest, type Handler, type PluginContext, type ServerIdentity } from './plugin.js';
import { cacheTable } from './plugins/cache.js';
import { PLUGINS } from './plugins/index.js';

const HEADER_BYTES = 12;
/** Without EDNS (RFC 1035, section 4.2.1). */
const MIN_UDP_BYTES = 512;
const MAX_TCP_BYTES = 65_535;
/** Lookups of the server's own, one inside the other. */
const MAX_DEPTH = 8;

/** What a server needs of the world around it. */
export interface Surroundings extends Pick<PluginContext, 'readFile' | 'exchange'> {
  /** Text of the Corefile as its container sees it now. */
  corefile(server: ServerIdentity): string | undefined;
}

/** The configuration that a process runs with. Table `coredns.servers`, key = its {@link ServerIdentity.id}. */
interface ServerRecord {
  readonly corefile: string;
}

/** A server block with its plugins in order. */
interface Zones {
  readonly zones: readonly string[];
  readonly serve: Handler;
}

interface Configuration {
  readonly blocks: readonly Zones[];
  /** Whether a new Corefile is taken over without a restart. */
  readonly reloads: boolean;
}

/** CoreDNS 1.11.1: every process of it in a cluster, each with its cache and configuration. */
export class CoreDns {
  readonly #servers: Table<ServerRecord>;
  /** Derived from the text of a Corefile alone. */
  readonly #configurations = new Map<string, Result<Configuration, string>>();

  constructor(
    private readonly sim: Sim,
    private readonly api: ApiServer,
    private readonly surroundings: Surroundings,
  ) {
    this.#servers = sim.store.table('coredns.servers');
    cacheTable(sim);
  }

  /** Answers the bytes of one datagram; `undefined`: the server stays silent. */
  answerUdp(server: ServerIdentity, bytes: string): string | undefined {
    return this.#answer(server, bytes, ({ edns }) => Math.max(MIN_UDP_BYTES, edns?.udpSize ?? 0));
  }

  /** Answers the first message of a TCP stream. */
  answerTcp(server: ServerIdentity, stream: string): string | undefined {
    const bytes = unframedFromTcp(stream);
    const answer = bytes === undefined ? undefined : this.#answer(server, bytes, () => MAX_TCP_BYTES);
    return answer === undefined ? undefined : framedForTcp(answer);
  }

  /** The process has ended, and its memory is gone. */
  stop(id: string): void {
    this.#servers.delete(id);
    const cached = cacheTable(this.sim);
    for (const key of cached.keysWithPrefix(`${id}|`)) cached.delete(key);
  }

  /** Source: miekg/dns `server.go` `serveDNS`, CoreDNS `core/dnsserver/server.go` `ServeDNS`. */
  #answer(server: ServerIdentity, bytes: string, limitFor: (query: DnsMessage) => number): string | undefined {
    if (bytes.length < HEADER_BYTES) return undefined;
    const decoded = decodeDns(bytes);
    if (!decoded.ok) return encodeDns({ ...unreadable(bytes), rcode: 'FORMERR' });
    const query = decoded.value;
    if (query.isResponse) return undefined;
    const configuration = this.#configuration(server);
    if (!configuration) return undefined;
    return fitted(
      { ...this.#respond(configuration, { message: query, server, depth: 0 }), ...(query.edns && { edns: query.edns }) },
      limitFor(query),
    );
  }

  #respond(configuration: Configuration, request: DnsRequest): DnsMessage {
    const { message } = request;
    if (message.opcode !== 0) return dnsResponse(message, { rcode: 'NOTIMP' });
    if (message.questions.length !== 1) return dnsResponse(message, { rcode: 'FORMERR' });
    if (request.depth > MAX_DEPTH) return dnsResponse(message, { rcode: 'SERVFAIL' });
    const { name } = questionOf(request);
    const zone = ({ zones }: Zones): number => Math.max(...zones.filter((zone) => isInZone(name, zone)).map(({ length }) => length), 0);
    const [best] = configuration.blocks.filter((block) => zone(block) > 0).toSorted((a, b) => zone(b) - zone(a));
    return best ? best.serve(request) : dnsResponse(message, { rcode: 'REFUSED' });
  }

  /**
   * What this process runs with: the Corefile as it is now, or, while that has an error or is not to be
   * reloaded, the last it took. `undefined`: there was never one that it could start with.
   */
  // Simplification: a changed Corefile works at once; in life the kubelet and the plugin `reload` take up to two minutes.
  #configuration(server: ServerIdentity): Configuration | undefined {
    const running = this.#servers.get(server.id)?.corefile;
    const current = running === undefined ? undefined : this.#parsed(running);
    const text = this.surroundings.corefile(server);
    if (text === undefined || text === running || (current?.ok && !current.value.reloads)) return current?.ok ? current.value : undefined;
    const changed = this.#parsed(text);
    if (!changed.ok) return current?.ok ? current.value : undefined;
    this.#servers.put(server.id, { corefile: text });
    return changed.value;
  }

  #parsed(corefile: string): Result<Configuration, string> {
    let parsed = this.#configurations.get(corefile);
    if (!parsed) {
      const blocks = parseCorefile(corefile);
      parsed = blocks.ok ? this.#configure(blocks.value) : blocks;
      this.#configurations.set(corefile, parsed);
    }
    return parsed;
  }

  #configure(blocks: readonly ServerBlock[]): Result<Configuration, string> {
    const configured: Zones[] = [];
    for (const { zones, directives } of blocks) {
      const serve = this.#chain(zones, directives);
      if (!serve.ok) return serve;
      configured.push({ zones, serve: serve.value });
    }
    return ok({ blocks: configured, reloads: blocks.some(({ directives }) => directives.some(({ name }) => name === 'reload')) });
  }

  #chain(zones: readonly string[], directives: readonly Directive[]): Result<Handler, string> {
    const unknown = directives.find(({ name }) => !PLUGINS.has(name));
    if (unknown) return failure(unknown.line, `Unknown directive '${unknown.name}'`);
    const context: PluginContext = { sim: this.sim, api: this.api, zones, ...this.#reach() };
    let handler: Handler = nobodyAnswers;
    for (const [name, setup] of [...PLUGINS].toReversed()) {
      const directive = directives.find((candidate) => candidate.name === name);
      if (!directive || !setup) continue;
      const plugin = setup(directive, context);
      if (!plugin.ok) return err(plugin.error);
      const next = handler;
      handler = (request) => plugin.value(request, next);
    }
    return ok(handler);
  }

  #reach(): Pick<PluginContext, 'lookup' | 'readFile' | 'exchange'> {
    const lookup = ({ message, server, depth }: DnsRequest, question: DnsQuestion): DnsMessage =>
      this.#respond(this.#configuration(server)!, { message: dnsQuery(message.id, question), server, depth: depth + 1 });
    return {
      lookup,
      readFile: (server, path) => this.surroundings.readFile(server, path),
      exchange: (server, upstream, message) => this.surroundings.exchange(server, upstream, message),
    };
  }
}

/** The end of every chain. */
const nobodyAnswers: Handler = ({ message }) => dnsResponse(message, { rcode: 'SERVFAIL' });

/** The header of a query whose rest cannot be read. */
function unreadable(bytes: string): DnsMessage {
  const id = bytes.charCodeAt(0) * 256 + bytes.charCodeAt(1);
  const query = dnsQuery(id, { name: '.', type: 'A' }, { recursionDesired: (bytes.charCodeAt(2) & 1) !== 0 });
  return { ...dnsResponse(query, {}), questions: [] };
}

/** The bytes of an answer: names compressed, then records left out from the end, until it fits (miekg/dns `msg_truncate.go`). */
function fitted(message: DnsMessage, limit: number): string {
  const plain = encodeDns(message);
  if (plain.length <= limit) return plain;
  let shrunk = message;
  for (;;) {
    const bytes = encodeDns(shrunk, { compress: true });
    if (bytes.length <= limit || isBare(shrunk)) return bytes;
    shrunk = { ...withoutLast(shrunk), truncated: true };
  }
}

const isBare = ({ answers, authorities, additionals }: DnsMessage): boolean =>
  answers.length + authorities.length + additionals.length === 0;

function withoutLast(message: DnsMessage): DnsMessage {
  for (const section of ['additionals', 'authorities', 'answers'] as const) {
    if (message[section].length) return { ...message, [section]: message[section].slice(0, -1) };
  }
  return message;
}
