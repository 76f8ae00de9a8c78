import type { ApiServer } from '@svclab/kube-api';
import type { Result, Sim } from '@svclab/sim';
import { isInZone, type Address, type DnsMessage, type DnsQuestion } from '@svclab/wire';
import type { Directive } from './corefile.js';

/** The process that answers. */
export interface ServerIdentity {
  /** Unique name of where it runs, such as its network namespace; keys of its cache begin with it. */
  readonly id: string;
  /** Addresses that its machine has, loopback left out. */
  readonly addresses: readonly Address[];
}

/** A query on its way through the plugins of a server block. */
export interface DnsRequest {
  readonly message: DnsMessage;
  readonly server: ServerIdentity;
  /** How many lookups of the server's own this one is nested in. */
  readonly depth: number;
}

/** The rest of the plugin chain. */
export type Handler = (request: DnsRequest) => DnsMessage;

/** One link of the chain: answers, or asks the next and looks at what comes back. */
export type Plugin = (request: DnsRequest, next: Handler) => DnsMessage;

/** What plugins reach beyond their chain. */
export interface PluginContext {
  readonly sim: Sim;
  readonly api: ApiServer;
  /** Zones of the server block, absolute and in lower case. */
  readonly zones: readonly string[];
  /** A lookup through the whole server, for a name that an answer leads to. */
  lookup(request: DnsRequest, question: DnsQuestion): DnsMessage;
  /** A file of the server's container. */
  readFile(server: ServerIdentity, path: string): string | undefined;
  /** Asks another server; `undefined` when no answer comes. */
  exchange(
    server: ServerIdentity,
    upstream: { readonly address: Address; readonly port: number },
    message: DnsMessage,
  ): DnsMessage | undefined;
}

/** Makes a plugin of its lines in the Corefile; the error is what CoreDNS says of them. */
export type PluginSetup = (directive: Directive, context: PluginContext) => Result<Plugin, string>;

export const questionOf = ({ message }: DnsRequest): DnsQuestion => message.questions[0]!;

/** `fallthrough [ZONES…]`: whether a name that a plugin does not know goes on to the next one. */
export class Fallthrough {
  constructor(private readonly zones: readonly string[]) {}

  lets(name: string): boolean {
    return this.zones.some((zone) => isInZone(name, zone));
  }
}
