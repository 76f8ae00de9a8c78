import os from 'node:os';
import { loading, newConnections } from './dataplane.js';
import { printFigures, type Figure } from './figures.js';
import { kubernetesApi } from './kubernetes-api.js';
import { proxySync } from './kube-proxy.js';
import { reads } from './rest.js';
import { ruleCounts } from './rule-counts.js';
import { scaleCluster } from './scale-cluster.js';
import { creation, exchanges, labLoop, memory } from './sandbox.js';

/** npm run bench: figures of one run on this machine. Arguments choose some by name. */
const BENCHES: Readonly<Record<string, () => Promise<Figure | Figure[]>>> = {
  creation,
  memory,
  loop: labLoop,
  exchanges,
  connections: newConnections,
  loading,
  proxy: () => proxySync('iptables'),
  'proxy-nftables': () => proxySync('nftables'),
  'rule-counts': ruleCounts,
  reads,
  kubernetes: kubernetesApi,
  scale: scaleCluster,
};

const chosen = process.argv.slice(2).filter((name) => name in BENCHES);
console.log(
  `${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}, ${os.platform()} ${os.release()}\n`,
);
for (const name of chosen.length ? chosen : Object.keys(BENCHES)) printFigures([await BENCHES[name]!()].flat());
