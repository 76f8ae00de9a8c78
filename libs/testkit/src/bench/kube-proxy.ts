import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { ApiServer } from '@svclab/kube-api';
import { KubeProxy, type NodeTools } from '@svclab/kube-proxy';
import { Netfilter, type NetworkPort } from '@svclab/netfilter';
import { Sim } from '@svclab/sim';
import { formatAddress } from '@svclab/wire';
import { median, spread, type Figure } from './figures.js';

const NODE = 'scale';
const NETNS = `node/${NODE}`;
const NETWORK: NetworkPort = { addressType: () => 'UNICAST', interfaceAddress: () => 0xac120002 };
const FIRST_POD = 0x0a000002;
const ENDPOINTS = 3;

/** A control plane with Services and one node whose kube-proxy writes into a real rule engine. */
class ScaleCluster {
  readonly sim = new Sim();
  readonly api = new ApiServer(this.sim);
  readonly netfilter = new Netfilter(this.sim, NETWORK);
  readonly kubeProxy: KubeProxy;
  /** What kube-proxy restored last. */
  text = '';
  #seq = 0;

  constructor(services: number) {
    this.kubeProxy = new KubeProxy(this.sim, this.api, () => this.#tools());
    this.entry(() => {
      this.sim.initialise({ seed: 1, startUs: 1_727_500_000_000_000 });
      this.api.configure({ serviceCidr: '172.30.0.0/16', podCidr: '10.0.0.0/8' });
      this.create('namespaces', { metadata: { name: 'scale' } });
      this.create('nodes', { metadata: { name: NODE } });
      for (let i = 0; i < services; i++) this.#addService(i);
    });
  }

  /** Runs one entry; returns how long its work took, and with its commit, ms. */
  entry(work: () => void): { workMs: number; entryMs: number } {
    const start = performance.now();
    this.sim.beginEntry(++this.#seq);
    work();
    this.sim.drainWork();
    const workMs = performance.now() - start;
    this.sim.commitEntry();
    return { workMs, entryMs: performance.now() - start };
  }

  create(resource: string, object: Record<string, unknown>): void {
    const created = this.api.create(resource, object);
    if (!created.ok) throw new Error(created.error.message);
  }

  /** The endpoints of the `i`th Service: its own three, `shift` further on. */
  endpoints(i: number, shift = 0): object[] {
    return Array.from({ length: ENDPOINTS }, (_, e) => ({
      addresses: [formatAddress(FIRST_POD + ENDPOINTS * i + e + shift * 100_000)],
      conditions: { ready: true },
    }));
  }

  #addService(i: number): void {
    const name = `svc-${i}`;
    this.create('services', { metadata: { name, namespace: 'scale' }, spec: { ports: [{ name: 'web', port: 80, targetPort: 8080 }] } });
    this.create('endpointslices', {
      metadata: { name: `${name}-1`, namespace: 'scale', labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      ports: [{ name: 'web', port: 8080, protocol: 'TCP' }],
      endpoints: this.endpoints(i),
    });
  }

  #tools(): NodeTools {
    const { netfilter } = this;
    return {
      run: ([tool, ...args], stdin = '') => {
        if (tool === 'iptables-restore') {
          this.text = stdin;
          return netfilter.iptablesRestore(NETNS, args, stdin);
        }
        if (tool === 'nft') {
          if (args[0] === '-f') this.text = stdin;
          return netfilter.nft(NETNS, args, () => stdin);
        }
        if (tool === 'iptables') return netfilter.iptables(NETNS, args);
        if (tool === 'iptables-save') return netfilter.iptablesSave(NETNS, args);
        if (tool === 'nfacct') return netfilter.nfacct(NETNS, args);
        return { exitCode: 127, stdout: '', stderr: `${tool}: command not found\n` };
      },
      setSysctl: () => undefined,
    };
  }
}

function heapMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}

/** What differs between the modes that are measured: the real tool of the same text, and what a change must have written. */
const MODES = {
  iptables: {
    tool: 'iptables-restore (nft)',
    script: 'nfacct add ct_state_invalid_dropped_pkts; nfacct add localhost_nps_accepted_pkts; exec iptables-nft-restore',
    written: 'KUBE-SEP-',
  },
  nftables: { tool: 'nft', script: 'exec nft -f -', written: 'add rule ip kube-proxy endpoint-' },
} as const;
type Mode = keyof typeof MODES;

/** The same text loaded by the real tool in a network namespace of its own, ms; `undefined` without root or the tool. */
function realRestoreMs(mode: Mode, text: string): number | undefined {
  const start = performance.now();
  const restored = spawnSync('unshare', ['--net', 'sh', '-c', MODES[mode].script], {
    input: text,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  return restored.status === 0 ? performance.now() - start : undefined;
}

/** kube-proxy with 10,000 Services of three endpoints: a full sync beside the real tool, then one endpoint that changes. */
export function proxySync(mode: Mode = 'iptables', services = 10_000, rounds = 3): Promise<Figure[]> {
  const full: number[] = [];
  const real: number[] = [];
  const changes: number[] = [];
  const entries: number[] = [];
  const heaps: number[] = [];
  let lines = 0;
  const cluster = new ScaleCluster(services);
  for (let round = 0; round < rounds; round++) {
    cluster.entry(() => cluster.netfilter.removeNamespace(NETNS));
    const before = heapMb();
    full.push(cluster.entry(() => cluster.kubeProxy.start(NODE, { mode, clusterCIDR: '10.0.0.0/8' })).workMs);
    heaps.push(heapMb() - before);
    lines = cluster.text.split('\n').length - 1;
    const beside = realRestoreMs(mode, cluster.text);
    if (beside !== undefined) real.push(beside);
    for (let i = 0; i < 12; i++) {
      const { workMs, entryMs } = changeEndpoint(cluster, mode, (i * 797 + round) % services);
      if (i < 4) continue;
      changes.push(workMs);
      entries.push(entryMs);
    }
  }
  const ratio = real.length > 0 ? median(full) / median(real) : undefined;
  return Promise.resolve([
    {
      what: `kube-proxy's full sync in ${mode} mode of ${services} Services × ${ENDPOINTS} endpoints, ${lines} lines written and loaded, beside ${MODES[mode].tool} of the same text`,
      measured:
        `${spread(full)} ms, ${heaps[0]!.toFixed(0)} MB of heap for the first node; ` +
        (ratio === undefined
          ? 'the real tool needs root and is not measured here'
          : `the real tool ${spread(real)} ms: ${ratio.toFixed(2)} of it`),
      ...(ratio === undefined ? {} : { goal: { text: '≤ 1/4', met: ratio <= 0.25 } }),
    },
    {
      what: `One endpoint of one of them changes in ${mode} mode: from the EndpointSlice to rules in the kernel; with the commit of the entry`,
      measured: `${spread(changes)} ms; ${spread(entries)} ms`,
      goal: { text: '≤ 20 ms', met: median(changes) <= 20 },
    },
  ]);
}

function changeEndpoint(cluster: ScaleCluster, mode: Mode, i: number): { workMs: number; entryMs: number } {
  // Two seconds lie between the changes, so that minSyncPeriod lets each be written at once; stale chains wait for the next syncPeriod.
  cluster.entry(() => cluster.sim.advance(2_000_000));
  const slice = cluster.api.get('endpointslices', 'scale', `svc-${i}-1`)!;
  const endpoints = [...cluster.endpoints(i).slice(0, ENDPOINTS - 1), cluster.endpoints(i, 1)[ENDPOINTS - 1]!];
  const measured = cluster.entry(() => {
    const updated = cluster.api.update('endpointslices', { ...slice, endpoints });
    if (!updated.ok) throw new Error(updated.error.message);
  });
  if (!cluster.text.includes(MODES[mode].written)) throw new Error('the change has not been written');
  return measured;
}
