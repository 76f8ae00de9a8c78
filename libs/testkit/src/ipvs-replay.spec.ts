import type { EntryInput } from '@svclab/sandbox';
import { LAB_MANIFEST } from './lab-sandbox.js';
import { checkReplay } from './replay-oracle.js';
import { sandboxKind } from './sandbox-machine.js';

const START_US = Date.UTC(2024, 8, 28) * 1000;
const exec = (command: string, at?: string): EntryInput => ({ kind: 'exec', command, ...(at ? { at } : {}) });
const NODE = 'node/myk8s-control-plane';

/** Virtual services by kube-proxy and by hand, connections that end, persistence, a real server that goes, an undo. */
const LOG: EntryInput[] = [
  { kind: 'create', profile: 'kind', seed: 7, startUs: START_US, proxyMode: 'ipvs' },
  { kind: 'manifests', text: LAB_MANIFEST },
  exec('SVC1=$(kubectl get svc svc-clusterip -o jsonpath={.spec.clusterIP})'),
  exec(
    'kubectl exec net-pod -- sh -c "for i in 1 2 3 4 5 6 7; do curl -s $SVC1:9000 | grep Hostname; done"; kubectl exec net-pod -- nslookup svc-clusterip',
  ),
  exec('ipvsadm -Ln; ipvsadm -Lnc; ipvsadm -Ln --stats; ipvsadm -Ln --rate; ipset list KUBE-CLUSTER-IP; ip addr show dev kube-ipvs0', NODE),
  { kind: 'requests', from: 'pod/default/net-pod', to: 'svc-clusterip:9000', count: 5, trace: 'all' },
  exec('kubectl patch svc svc-clusterip -p \'{"spec":{"sessionAffinity":"ClientIP"}}\'; kubectl delete pod webpod3; ipvsadm -Ln', NODE),
  exec('kubectl patch svc svc-clusterip -p \'{"spec":{"sessionAffinity":"ClientIP"}}\'; kubectl delete pod webpod3'),
  exec('kubectl exec net-pod -- sh -c "for i in 1 2 3; do curl -s $SVC1:9000 | grep Hostname; done"'),
  { kind: 'clock', advanceSeconds: 150 },
  exec(
    'ipvsadm -Ln; ipvsadm -Lnc; conntrack -L 2>/dev/null; ipvsadm -A -t 172.18.0.2:8080 -s lc; ipvsadm -a -t 172.18.0.2:8080 -r 10.10.1.2:80 -m; ipvsadm -Sn',
    NODE,
  ),
  { kind: 'revert', toSeq: 6 },
  exec('ipvsadm -Lnc; ipvsadm -Ln', NODE),
];

const OTHER: EntryInput[] = [
  { kind: 'create', profile: 'kind', seed: 8, startUs: START_US, proxyMode: 'ipvs' },
  exec('kubectl get svc -A; curl -sk https://10.200.1.1/; ipvsadm -Lnc', NODE),
];

describe('a sandbox in IPVS mode is its log', () => {
  it.each([2])(
    'in every way of running it (split %i)',
    async (split) => {
      const log = await checkReplay(sandboxKind, LOG, OTHER, split);
      expect(log).toHaveLength(LOG.length);
      const shown = log.map(({ output }) => output).join('\n');
      // What is compared is worth comparing.
      expect(shown).toContain('Prot LocalAddress:Port Scheduler Flags');
      expect(shown).toContain('persistent 10800');
      expect(shown).toContain('"kind":"ipvs"');
    },
    120_000,
  );
});
