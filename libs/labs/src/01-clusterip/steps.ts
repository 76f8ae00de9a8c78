import type { Step } from '../types.js';
import { apply, CLIENT_POD, SERVICE, WEB_PODS } from './manifests.js';

const HUNDRED_REQUESTS =
  'kubectl exec net-pod -- zsh -c "for i in {1..100}; do curl -s $SVC1:9000 | grep Hostname; done | sort | uniq -c | sort -nr"';

/** The blocks of the page, in its order: what each runs, and what it must show in any sandbox. */
export const steps: readonly Step[] = [
  { id: 'web-pods', command: apply('3pod.yaml', WEB_PODS), prints: /^pod\/webpod3 created$/m },
  { id: 'client', command: apply('netpod.yaml', CLIENT_POD), prints: /^pod\/net-pod created$/m },
  { id: 'pods', command: 'kubectl get pod -o wide', prints: /^webpod3 +1\/1 +Running .* 10\.10\.\d+\.2 +myk8s-worker3 /m },
  {
    id: 'direct',
    command: `for pod in $(kubectl get pod -l app=webpod -o jsonpath="{.items[*].status.podIP}"); do
  kubectl exec net-pod -- curl -s $pod | egrep 'Hostname|RemoteAddr'
done`,
    prints: /^Hostname: webpod1\nRemoteAddr: 10\.10\.0\.\d+:\d+\nHostname: webpod2\n/m,
  },
  { id: 'service', command: apply('svc-clusterip.yaml', SERVICE), prints: /^service\/svc-clusterip created$/m },
  {
    id: 'endpoints',
    command: 'kubectl get svc svc-clusterip\nkubectl get endpointslices -l kubernetes.io/service-name=svc-clusterip',
    prints: /^svc-clusterip-\w{5} +IPv4 +80 +10\.10\.\d\.2,10\.10\.\d\.2,10\.10\.\d\.2 /m,
  },
  {
    id: 'address',
    command: 'SVC1=$(kubectl get svc svc-clusterip -o jsonpath={.spec.clusterIP})\necho $SVC1',
    prints: /^10\.200\.1\.\d+$/m,
  },
  {
    id: 'nobody-listens',
    command: `docker exec myk8s-control-plane ip route get $SVC1
docker exec myk8s-control-plane ss -tnl | grep 9000 || echo "no socket listens on port 9000"`,
    prints: / via 172\.18\.0\.1 dev eth0 [^]*^no socket listens on port 9000$/m,
  },
  {
    id: 'every-node',
    wrap: true,
    command: `for i in control-plane worker worker2 worker3; do
  echo ">> node myk8s-$i <<"
  docker exec myk8s-$i iptables -t nat -S KUBE-SERVICES | grep $SVC1
done`,
    prints: /(?:^>> node myk8s-[a-z0-9-]+ <<\n-A KUBE-SERVICES -d 10\.200\.1\.\d+\/32 .* --dport 9000 -j KUBE-SVC-\w{16}\n){4}/m,
  },
  {
    id: 'chain',
    wrap: true,
    command: `SVC_CHAIN=$(docker exec myk8s-control-plane iptables -t nat -S KUBE-SERVICES | grep $SVC1 | grep -o 'KUBE-SVC-[A-Z0-9]*')
docker exec myk8s-control-plane iptables -t nat -S $SVC_CHAIN`,
    prints: /--probability 0\.33333333349 -j KUBE-SEP-\w{16}\n.*--probability 0\.50000000000 -j KUBE-SEP-\w{16}\n/,
  },
  {
    id: 'dnat',
    wrap: true,
    command: "docker exec myk8s-control-plane iptables -t nat -S | grep 'svc-clusterip.*DNAT'",
    prints: /(?:^-A KUBE-SEP-\w{16} .* -j DNAT --to-destination 10\.10\.\d\.2:80\n){3}/m,
  },
  {
    id: 'request',
    command: 'kubectl exec net-pod -- curl -s $SVC1:9000',
    prints: /^Hostname: webpod[123]$[^]*^Host: 10\.200\.1\.\d+:9000$/m,
  },
  { id: 'hundred', command: HUNDRED_REQUESTS, prints: /(?:^ +\d+ Hostname: webpod[123]\n){3}/m },
  { id: 'counters', command: 'docker exec myk8s-control-plane iptables -t nat -L $SVC_CHAIN -v -n', prints: / +\d\d +\d+ KUBE-SEP-/ },
  { id: 'wrong-port', command: 'kubectl exec net-pod -- curl -s --connect-timeout 1 $SVC1:80', exitCode: 28, prints: /exit code 28/ },
  {
    id: 'no-endpoints',
    command: `kubectl create service clusterip svc-empty --tcp=9000:80
SVC2=$(kubectl get svc svc-empty -o jsonpath={.spec.clusterIP})`,
    prints: /^service\/svc-empty created$/m,
  },
  { id: 'refused', command: 'kubectl exec net-pod -- curl -s --connect-timeout 1 $SVC2:9000', exitCode: 7, prints: /exit code 7/ },
  {
    id: 'reject-rule',
    wrap: true,
    command: 'docker exec myk8s-control-plane iptables -t filter -S KUBE-SERVICES',
    prints: /svc-empty:\S+ has no endpoints".* -j REJECT /,
  },
  {
    id: 'conntrack',
    wrap: true,
    command: 'docker exec myk8s-control-plane conntrack -L --dst $SVC1 | tail -5',
    prints: / dst=10\.200\.1\.\d+ sport=(\d+) dport=9000 src=10\.10\.\d\.2 dst=10\.10\.0\.\d+ sport=80 dport=\1 \[ASSURED\]/,
  },
  {
    id: 'affinity',
    command: `kubectl patch svc svc-clusterip -p '{"spec":{"sessionAffinity":"ClientIP"}}'`,
    prints: /^service\/svc-clusterip patched$/m,
  },
  { id: 'hundred-again', command: HUNDRED_REQUESTS, prints: /^ +100 Hostname: webpod[123]\n$/ },
  {
    id: 'recent-rules',
    wrap: true,
    command: 'docker exec myk8s-worker iptables -t nat -S $SVC_CHAIN',
    prints: /(?:.* --rcheck --seconds 10800 --reap .*\n){3}(?:.* -j KUBE-SEP-\w{16}\n){3}/,
  },
  {
    id: 'remembered',
    wrap: true,
    command: "docker exec myk8s-control-plane bash -c 'grep src= /proc/net/xt_recent/KUBE-SEP-*' | cut -c1-90",
    prints: /^\S*KUBE-SEP-\w{16}:src=10\.10\.0\.\d+ ttl: \d+ last_seen: \d+/m,
  },
];
