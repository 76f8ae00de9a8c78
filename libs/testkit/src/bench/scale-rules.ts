import { formatAddress } from '@svclab/wire';

/** A Service of the scale profile: pods in 10.0.0.0/8, Services in 172.30.0.0/16, as the lab's own plan cannot hold so many. */
export interface ScaleService {
  readonly address: number;
  readonly port: number;
}

const FIRST_SERVICE = 0xac1e0001;
const FIRST_POD = 0x0a000002;

/** The `i`th Service. */
export const scaleService = (i: number): ScaleService => ({ address: FIRST_SERVICE + i, port: 80 });

/** As kube-proxy names chains: 16 letters and digits that stand for one port. Here they count. */
const hash = (n: number): string => n.toString(36).toUpperCase().padStart(16, 'A');

/** Text for `iptables-restore`: what kube-proxy writes for `services` ClusterIP Services of three endpoints each. */
export function scaleRules(services: number): string {
  const chains: string[] = [];
  const rules: string[] = [];
  for (let i = 0; i < services; i++) {
    const { address, port } = scaleService(i);
    const to = `-d ${formatAddress(address)}/32 -p tcp -m comment --comment "scale/svc-${i}:web cluster IP" -m tcp --dport ${port}`;
    const service = `KUBE-SVC-${hash(i)}`;
    chains.push(`:${service} - [0:0]`);
    rules.push(`-A KUBE-SERVICES ${to} -j ${service}`, `-A ${service} ! -s 10.0.0.0/8 ${to} -j KUBE-MARK-MASQ`);
    for (let e = 0; e < 3; e++) {
      const pod = formatAddress(FIRST_POD + 3 * i + e);
      const endpoint = `KUBE-SEP-${hash(3 * i + e)}`;
      const chance = e === 2 ? '' : ` -m statistic --mode random --probability ${e === 0 ? '0.33333333349' : '0.50000000000'}`;
      chains.push(`:${endpoint} - [0:0]`);
      rules.push(
        `-A ${service} -m comment --comment "scale/svc-${i}:web -> ${pod}:8080"${chance} -j ${endpoint}`,
        `-A ${endpoint} -s ${pod}/32 -m comment --comment "scale/svc-${i}:web" -j KUBE-MARK-MASQ`,
        `-A ${endpoint} -p tcp -m comment --comment "scale/svc-${i}:web" -m tcp -j DNAT --to-destination ${pod}:8080`,
      );
    }
  }
  return `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:KUBE-FORWARD - [0:0]
:KUBE-PROXY-FIREWALL - [0:0]
-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-SERVICES - [0:0]
${chains.join('\n')}
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully
${rules.join('\n')}
-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
COMMIT
`;
}
