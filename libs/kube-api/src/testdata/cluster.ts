import { Sim } from '@svclab/sim';
import { ApiServer } from '../server.js';

/** A cluster with its namespaces and the Services that every cluster has, in an open entry. Service range 10.200.1.0/24. */
export function testCluster(seed = 7): { sim: Sim; api: ApiServer } {
  const sim = new Sim();
  const api = new ApiServer(sim);
  sim.beginEntry(1);
  sim.initialise({ seed, startUs: 1_727_000_000_000_000 });
  api.configure({ serviceCidr: '10.200.1.0/24', podCidr: '10.10.0.0/16' });
  for (const name of ['default', 'kube-system']) api.create('namespaces', { metadata: { name } });
  api.bootstrapKubernetesService({ addresses: ['172.18.0.2'], port: 6443 });
  api.create('services', {
    metadata: { name: 'kube-dns', namespace: 'kube-system' },
    spec: { clusterIP: '10.200.1.10', selector: { 'k8s-app': 'kube-dns' }, ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] },
  });
  return { sim, api };
}
