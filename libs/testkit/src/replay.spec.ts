import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { EntryInput } from '@svclab/sandbox';
import { LAB_MANIFEST } from './lab-sandbox.js';
import { checkReplay, cutOf } from './replay-oracle.js';
import { sandboxKind } from './sandbox-machine.js';

const START_US = Date.UTC(2024, 8, 28) * 1000;
const create = (seed: number): EntryInput => ({ kind: 'create', profile: 'kind', seed, startUs: START_US });
const exec = (command: string, at?: string): EntryInput => ({ kind: 'exec', command, ...(at ? { at } : {}) });

/** A bit of everything that a learner does, with much that could leak: chance, time, sorting, files, dates, sessions. */
const LOG: EntryInput[] = [
  create(5),
  { kind: 'manifests', text: LAB_MANIFEST },
  exec('SVC1=$(kubectl get svc svc-clusterip -o jsonpath={.spec.clusterIP}); echo $SVC1 $RANDOM $(date +%s)'),
  exec('kubectl exec -it net-pod -- zsh -c "for i in {1..20}; do curl -s $SVC1:9000 | grep Hostname; done | sort | uniq -c | sort -nr"'),
  { kind: 'requests', from: 'pod/default/net-pod', to: 'http://10.10.1.2/', count: 5, trace: 'all' },
  exec("awk 'BEGIN { srand(); print rand() }'; printf 'b\\nB\\na\\n가\\nä\\n' | sort; date; mktemp 2>/dev/null; ls -la /; env | sort"),
  exec(
    'conntrack -L 2>&1 | sort | head -5; iptables -t nat -L KUBE-SERVICES -v -n; cat /proc/net/xt_recent/* 2>/dev/null; ip -c addr',
    'node/myk8s-control-plane',
  ),
  exec(
    'for f in 3 1 2; do echo $f > f$f.txt; done; ls; cat f*.txt | sort -r; docker run -d --rm --name mypc --network kind --ip 172.18.0.100 nicolaka/netshoot sleep infinity',
  ),
  {
    kind: 'object.patch',
    resource: 'services',
    namespace: 'default',
    name: 'svc-clusterip',
    patch: { spec: { sessionAffinity: 'ClientIP' } },
  },
  exec('kubectl exec net-pod -- sh -c "for i in 1 2 3; do curl -s $SVC1:9000 | head -1; done"; ping -c 3 172.18.0.3; sleep 5', 'host'),
  { kind: 'clock', advanceSeconds: 7200 },
  exec('kubectl delete pod webpod2; kubectl get pods -o wide; kubectl get events --sort-by=.lastTimestamp'),
  {
    kind: 'exec.start',
    execId: 'e1',
    command: 'while true; do date; curl -s --connect-timeout 1 $SVC1:9000 | head -1; sleep 1; done',
    at: 'pod/default/net-pod',
  },
  { kind: 'exec.advance', execId: 'e1', toUs: START_US + 10_000_000_000 },
  { kind: 'exec.signal', execId: 'e1', signal: 'SIGINT' },
  { kind: 'revert', toSeq: 9 },
  exec('kubectl get pods -o wide; kubectl get svc svc-clusterip -o yaml | grep -i affinity'),
  exec('kubectl create ns x; kubectl run web --image=nginx -n x; kubectl get pods -n x; kubectl delete ns x; kubectl get ns'),
  exec(
    'kubectl expose pod webpod1 --name peers --cluster-ip None --port 80 --selector app=webpod; for i in 1 2 3; do kubectl exec net-pod -- dig peers.default.svc.cluster.local; done; kubectl exec net-pod -- getent ahosts svc-clusterip.default',
  ),
  { kind: 'requests', from: 'pod/default/net-pod', to: 'svc-clusterip:9000', count: 3, trace: 'first' },
  exec('curl -s svc-clusterip:9000; nslookup www.example.com; conntrack -L 2>/dev/null; host peers', 'pod/default/net-pod'),
];

/** What another sandbox does in between, in the same process. */
const OTHER: EntryInput[] = [
  create(99),
  exec('echo $RANDOM; date; sleep 3; kubectl get pods -A | sort -k2'),
  { kind: 'clock', advanceSeconds: 100 },
  exec('docker ps; X=1; awk "BEGIN{print rand()}"'),
  exec('getent hosts myk8s-worker; dig @10.200.1.10 kubernetes.default.svc.cluster.local', 'node/myk8s-worker2'),
];

/** `exec.start` sleeps in memory: a log cut inside it cannot be re-executed from a snapshot, as the ADR on the evaluator says. */
const asleep = (splitAt: number): boolean => splitAt >= 13 && splitAt < 15;

describe('a sandbox is its log', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'in every way of running it (split %i)',
    async (split) => {
      const inputs = asleep(cutOf(split, LOG.length)) ? LOG.filter(({ kind }) => !kind.startsWith('exec.')) : LOG;
      const log = await checkReplay(sandboxKind, inputs, OTHER, split);
      expect(log).toHaveLength(inputs.length);
    },
    120_000,
  );

  it.each([
    ['Asia/Seoul', 'ko_KR.UTF-8'],
    ['America/St_Johns', 'C'],
  ])(
    'whatever the time zone (%s) and language (%s) of the host',
    (TZ, LANG) => {
      const hashes = (env: Record<string, string>): string => {
        const child = spawnSync(process.execPath, [path.join(import.meta.dirname, '../dist/replay-child.js')], {
          input: JSON.stringify(LOG.slice(0, 12)),
          encoding: 'utf8',
          env: { ...process.env, NODE_OPTIONS: '', ...env },
        });
        if (child.status !== 0) throw new Error(child.stderr);
        return child.stdout;
      };
      expect(hashes({ TZ, LANG, LC_ALL: LANG })).toBe(hashes({ TZ: 'UTC', LANG: 'en_US.UTF-8', LC_ALL: 'en_US.UTF-8' }));
    },
    120_000,
  );
});
