import type { EntryInput } from '@svclab/sandbox';
import { LAB_MANIFEST } from './lab-sandbox.js';
import { checkReplay } from './replay-oracle.js';
import { sandboxKind } from './sandbox-machine.js';

const START_US = Date.UTC(2024, 8, 28) * 1000;
const NODE = 'node/myk8s-control-plane';
const exec = (command: string, at?: string): EntryInput => ({ kind: 'exec', command, ...(at ? { at } : {}) });

/** What nftables mode keeps beside the rest: rules with handles, elements that packets put into sets, chains that wait to be deleted. */
const LOG: EntryInput[] = [
  { kind: 'create', profile: 'kind', seed: 7, startUs: START_US, proxyMode: 'nftables' },
  { kind: 'manifests', text: LAB_MANIFEST },
  { kind: 'requests', from: 'pod/default/net-pod', to: 'svc-clusterip:9000', count: 5, trace: 'all' },
  exec('nft -a list ruleset', NODE),
  {
    kind: 'object.patch',
    resource: 'services',
    namespace: 'default',
    name: 'svc-clusterip',
    patch: { spec: { sessionAffinity: 'ClientIP' } },
  },
  exec(
    'nft add table ip mine; nft add chain ip mine c "{ type filter hook input priority 0; }"; nft add rule ip mine c counter; nft list tables',
    NODE,
  ),
  { kind: 'requests', from: 'pod/default/net-pod', to: 'svc-clusterip:9000', count: 3, trace: 'first' },
  exec('kubectl delete pod webpod2; kubectl expose pod webpod1 --name late --port 80 --selector app=webpod --type NodePort'),
  exec('nft -a list ruleset; nft list table ip nowhere', NODE),
  { kind: 'revert', toSeq: 6 },
  exec('kubectl delete pod webpod3; kubectl get endpoints'),
  { kind: 'clock', advanceSeconds: 30 },
  { kind: 'requests', from: 'pod/default/net-pod', to: 'svc-clusterip:9000', count: 3, trace: 'first' },
  exec('nft -a list ruleset', NODE),
];

const OTHER: EntryInput[] = [
  { kind: 'create', profile: 'kind', seed: 99, startUs: START_US, proxyMode: 'nftables' },
  exec('nft list ruleset', NODE),
  { kind: 'clock', advanceSeconds: 100 },
];

describe('a sandbox in nftables mode is its log', () => {
  it.each([4])(
    'in every way of running it (split %i)',
    async (split) => {
      const log = await checkReplay(sandboxKind, LOG, OTHER, split);
      expect(log).toHaveLength(LOG.length);
      const shown = log.map(({ output }) => output).join('\n');
      // What is compared is worth comparing: rules, clients that stay, an element found on the way, an error.
      for (const part of ['table ip kube-proxy {', ' expires 2h5', '"lookups":', 'Error: No such file or directory'])
        expect(shown).toContain(part);
    },
    120_000,
  );
});
