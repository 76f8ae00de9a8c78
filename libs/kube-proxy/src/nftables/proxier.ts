import { hash64 } from '@svclab/sim';
import { categorizeEndpoints, type CategorizedEndpoints } from '../categorize-endpoints.js';
import { serviceKey, type Changes, type ChangeTracker } from '../change-tracker.js';
import { cleanStaleConntrack } from '../conntrack-cleanup.js';
import { localTraffic } from '../local-detector.js';
import { nodeIPs, nodePortIPs } from '../node-addresses.js';
import type { NodeTools } from '../node-tools.js';
import type { Proxier, ProxierContext, ProxierMemory, SyncOutcome, SyncRequest } from '../proxier.js';
import { servicePortKey, type ServicePort } from '../service-port.js';
import { CONTAINERS, writeBaseChains } from './base-chains.js';
import { elementsIn, readKernel, type KernelView } from './kernel-view.js';
import { FAMILY_WORDS, nftablesOptions, type NftablesOptions } from './options.js';
import { serviceObjects, writeServiceRules, type ServiceContext, type ServiceObjects } from './service-objects.js';
import { Transaction, type NftElement } from './transaction.js';

/** A chain without use is deleted so long after the sync that emptied it: older kernels let go of it late. */
const STALE_CHAIN_LIFE_US = 1_000_000;

/** What the proxier remembers. */
interface Memory extends ProxierMemory {
  /** When each chain that nobody uses was emptied, microseconds. */
  readonly staleChains: Readonly<Record<string, number>>;
  /** One drawn text that decides the order of services. */
  readonly orderSalt: readonly string[];
  /** One text for what the last sync left in the kernel: tells whether {@link NftablesProxier} still knows it. */
  readonly written: readonly string[];
}

/** kube-proxy of one node in nftables mode and one family (pkg/proxy/nftables/proxier.go, v1.31). */
export class NftablesProxier implements Proxier {
  readonly #nodeName: string;
  readonly #tools: NodeTools;
  readonly #options: NftablesOptions;
  readonly #table: string;
  readonly #tracker: ChangeTracker;
  readonly #version: string | undefined;
  readonly #node: ProxierContext['node'];
  /** What the kernel holds, and the memory that says so; read anew when that has become another, by an undo for instance. */
  #known: { readonly written: string; readonly view: KernelView } | undefined;

  constructor({ nodeName, family, tools, config, tracker, node, version }: ProxierContext) {
    this.#nodeName = nodeName;
    this.#tools = tools;
    this.#options = nftablesOptions(config, family);
    this.#table = FAMILY_WORDS[family].table;
    this.#tracker = tracker;
    this.#version = version;
    this.#node = node;
  }

  get minSyncPeriodMs(): number {
    return this.#options.minSyncPeriodMs;
  }

  get syncPeriodMs(): number {
    return this.#options.syncPeriodMs;
  }

  setUp(): ProxierMemory {
    const { tcpEstablishedTimeoutSeconds, tcpCloseWaitTimeoutSeconds, tcpBeLiberal } = this.#options;
    this.#tools.setSysctl('net.netfilter.nf_conntrack_tcp_timeout_established', String(tcpEstablishedTimeoutSeconds));
    this.#tools.setSysctl('net.netfilter.nf_conntrack_tcp_timeout_close_wait', String(tcpCloseWaitTimeoutSeconds));
    if (tcpBeLiberal) this.#tools.setSysctl('net.netfilter.nf_conntrack_tcp_be_liberal', '1');
    return {};
  }

  syncProxyRules({ full, changes, chance, memory, nowUs }: SyncRequest): SyncOutcome {
    const remembered = memory as Partial<Memory>;
    const orderSalt = remembered.orderSalt?.[0] ?? String(chance.below(2 ** 31));
    const written = chance.hex(16);
    const known = this.#kernelView(remembered.written?.[0]);
    const gone = this.#deleteStaleChains(remembered.staleChains ?? {}, nowUs);
    const before: KernelView = { ...known, chains: withoutAll(known.chains, gone) };

    const context = this.#context();
    const services = this.#services(context, orderSalt);
    const transaction = new Transaction(this.#table);
    if (full) writeBaseChains(transaction, this.#options, this.#nodePortIPs());
    for (const { objects, endpoints } of services) {
      if (full || isChanged(changes, serviceKey(objects.port.name))) writeServiceRules(transaction, context, objects.port, endpoints);
    }
    const after = this.#writeElements(transaction, services, full ? { ...before, elements: {} } : before);
    const staleChains = this.#flushStaleChains(transaction, before, after, nowUs);
    for (const set of [...before.affinitySets].toSorted()) if (!after.affinitySets.has(set)) transaction.deleteSet(set);

    const { exitCode, stderr } = this.#tools.run(['nft', '-f', '-'], transaction.text);
    const common = { linesWritten: transaction.size };
    if (exitCode !== 0) {
      this.#known = undefined;
      return { ...common, failure: stderr, memory: { orderSalt: [orderSalt], staleChains: {}, written: [] } };
    }
    this.#known = { written, view: { ...after, chains: new Set([...after.chains, ...Object.keys(staleChains)]) } };
    cleanStaleConntrack(this.#tools, this.#options.family, this.#tracker, changes);
    return { ...common, memory: { orderSalt: [orderSalt], staleChains, written: [written] }, gauges: gaugesOf(services) };
  }

  #kernelView(written: string | undefined): KernelView {
    if (this.#known && this.#known.written === written) return this.#known.view;
    return readKernel(this.#tools, this.#table);
  }

  /** Deletes chains that have been out of use long enough, and returns those that went. */
  #deleteStaleChains(stale: Memory['staleChains'], nowUs: number): readonly string[] {
    const due = Object.keys(stale)
      .filter((chain) => stale[chain]! < nowUs - STALE_CHAIN_LIFE_US)
      .toSorted();
    if (due.length === 0) return [];
    const transaction = new Transaction(this.#table);
    for (const chain of due) transaction.deleteChain(chain);
    return this.#tools.run(['nft', '-f', '-'], transaction.text).exitCode === 0 ? due : [];
  }

  #context(): ServiceContext {
    const node = this.#node();
    return {
      options: this.#options,
      nodeIP: nodeIPs(node, this.#options.family)[0] ?? '',
      localTraffic: localTraffic(this.#options, node),
    };
  }

  /** Loopback addresses serve no node ports in this mode. */
  #nodePortIPs(): string[] {
    if (this.#options.servesAllAddresses) return [];
    return nodePortIPs(this.#tools, this.#options, this.#node()).filter((ip) => !ip.startsWith('127.') && ip !== '::1');
  }

  #services(context: ServiceContext, salt: string): Service[] {
    const zone = this.#node()?.metadata.labels?.['topology.kubernetes.io/zone'] ?? '';
    const rank = ({ name }: ServicePort): number => hash64(`${salt}/${servicePortKey(name)}`).lo;
    return this.#tracker
      .servicePorts()
      .map((port) => ({ port, rank: rank(port) }))
      .toSorted((a, b) => a.rank - b.rank)
      .map(({ port }) => {
        const endpoints = categorizeEndpoints(this.#tracker.endpoints(port.name), port, this.#nodeName, zone, this.#version);
        return { endpoints, objects: serviceObjects(context, port, endpoints) };
      });
  }

  /** Adds the elements that are missing, and takes away those that no Service needs any more. */
  #writeElements(transaction: Transaction, services: readonly Service[], before: KernelView): KernelView {
    const elements: Record<string, Map<string, NftElement>> = {};
    for (const { objects } of services) {
      for (const [container, element] of objects.elements) {
        const wanted = (elements[container] ??= new Map<string, NftElement>());
        if (wanted.has(element.key)) continue;
        wanted.set(element.key, element);
        const existing = elementsIn(before, container).get(element.key);
        if (existing && existing.value === element.value) continue;
        if (existing) transaction.deleteElement(container, element.key);
        transaction.addElement(container, element);
      }
    }
    for (const container of Object.keys(CONTAINERS)) {
      const leftOver = [...elementsIn(before, container).keys()].filter((key) => !elements[container]?.has(key));
      for (const key of leftOver.toSorted()) transaction.deleteElement(container, key);
    }
    return {
      elements,
      chains: new Set(services.flatMap(({ objects }) => objects.chains)),
      affinitySets: new Set(services.flatMap(({ objects }) => objects.affinitySets)),
    };
  }

  /** Empties the chains that nobody uses; a later sync deletes them. */
  #flushStaleChains(transaction: Transaction, before: KernelView, after: KernelView, nowUs: number): Memory['staleChains'] {
    const stale = [...before.chains].filter((chain) => !after.chains.has(chain)).toSorted();
    for (const chain of stale) transaction.flushChain(chain);
    return Object.fromEntries(stale.map((chain) => [chain, nowUs]));
  }
}

/** One service port, the endpoints it has from here, and what it needs. */
interface Service {
  readonly endpoints: CategorizedEndpoints;
  readonly objects: ServiceObjects;
}

const isChanged = (changes: Changes, key: string): boolean => key in changes.services || key in changes.endpoints;

const withoutAll = (names: ReadonlySet<string>, gone: readonly string[]): ReadonlySet<string> =>
  gone.length === 0 ? names : new Set([...names].filter((name) => !gone.includes(name)));

function gaugesOf(services: readonly Service[]): Readonly<Record<string, number>> {
  const count = (lacks: (objects: ServiceObjects) => boolean): number => services.filter(({ objects }) => lacks(objects)).length;
  return {
    'sync_proxy_rules_no_local_endpoints_total{traffic_policy="internal"}': count(({ noLocalInternal }) => noLocalInternal),
    'sync_proxy_rules_no_local_endpoints_total{traffic_policy="external"}': count(({ noLocalExternal }) => noLocalExternal),
  };
}
