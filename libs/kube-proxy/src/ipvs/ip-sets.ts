type SetType = 'hash:ip' | 'hash:ip,port' | 'hash:ip,port,ip' | 'hash:ip,port,net' | 'bitmap:port';

interface IpSetInfo {
  readonly type: SetType;
  /** Of the rules that ask the set. */
  readonly comment: string;
}

/** The sets of IPVS mode, in the order of ipsetInfo of pkg/proxy/ipvs/proxier.go; comments from ipset.go. */
export const IP_SETS = {
  'KUBE-LOOP-BACK': {
    type: 'hash:ip,port,ip',
    comment: 'Kubernetes endpoints dst ip:port, source ip for solving hairpin purpose',
  },
  'KUBE-CLUSTER-IP': { type: 'hash:ip,port', comment: 'Kubernetes service cluster ip + port for masquerade purpose' },
  'KUBE-EXTERNAL-IP': { type: 'hash:ip,port', comment: 'Kubernetes service external ip + port for masquerade and filter purpose' },
  'KUBE-EXTERNAL-IP-LOCAL': { type: 'hash:ip,port', comment: 'Kubernetes service external ip + port with externalTrafficPolicy=local' },
  'KUBE-LOAD-BALANCER': { type: 'hash:ip,port', comment: 'Kubernetes service lb portal' },
  'KUBE-LOAD-BALANCER-FW': {
    type: 'hash:ip,port',
    comment: 'Kubernetes service load balancer ip + port for load balancer with sourceRange',
  },
  'KUBE-LOAD-BALANCER-LOCAL': {
    type: 'hash:ip,port',
    comment: 'Kubernetes service load balancer ip + port with externalTrafficPolicy=local',
  },
  'KUBE-LOAD-BALANCER-SOURCE-IP': {
    type: 'hash:ip,port,ip',
    comment: 'Kubernetes service load balancer ip + port + source IP for packet filter purpose',
  },
  'KUBE-LOAD-BALANCER-SOURCE-CIDR': {
    type: 'hash:ip,port,net',
    comment: 'Kubernetes service load balancer ip + port + source cidr for packet filter purpose',
  },
  'KUBE-NODE-PORT-TCP': { type: 'bitmap:port', comment: 'Kubernetes nodeport TCP port for masquerade purpose' },
  'KUBE-NODE-PORT-LOCAL-TCP': { type: 'bitmap:port', comment: 'Kubernetes nodeport TCP port with externalTrafficPolicy=local' },
  'KUBE-NODE-PORT-UDP': { type: 'bitmap:port', comment: 'Kubernetes nodeport UDP port for masquerade purpose' },
  'KUBE-NODE-PORT-LOCAL-UDP': { type: 'bitmap:port', comment: 'Kubernetes nodeport UDP port with externalTrafficPolicy=local' },
  'KUBE-NODE-PORT-SCTP-HASH': {
    type: 'hash:ip,port',
    comment: "Kubernetes nodeport SCTP port for masquerade purpose with type 'hash ip:port'",
  },
  'KUBE-NODE-PORT-LOCAL-SCTP-HASH': {
    type: 'hash:ip,port',
    comment: "Kubernetes nodeport SCTP port with externalTrafficPolicy=local with type 'hash ip:port'",
  },
  'KUBE-HEALTH-CHECK-NODE-PORT': { type: 'bitmap:port', comment: 'Kubernetes health check node port' },
  'KUBE-IPVS-IPS': { type: 'hash:ip', comment: 'Addresses on the ipvs interface' },
} as const satisfies { readonly [name: string]: IpSetInfo };

export type IpSetName = keyof typeof IP_SETS;

export const IP_SET_NAMES = Object.keys(IP_SETS) as IpSetName[];

/** Elements that each set is to have. */
export class WantedSets {
  readonly #elements = new Map<IpSetName, Set<string>>(IP_SET_NAMES.map((name) => [name, new Set<string>()]));

  add(name: IpSetName, element: string): void {
    this.#elements.get(name)!.add(element);
  }

  elements(name: IpSetName): ReadonlySet<string> {
    return this.#elements.get(name)!;
  }

  isEmpty(name: IpSetName): boolean {
    return this.elements(name).size === 0;
  }

  /** What `ipset restore` must do to sets as `ipset save` shows them: make the missing, take out, put in (syncIPSetEntries). */
  // Simplification: one restore does what kube-proxy does by a call of ipset for each element.
  restoreText(present: ReadonlyMap<string, ReadonlySet<string>>): string {
    const lines = IP_SET_NAMES.flatMap((name) => {
      const known = present.get(name);
      const wanted = [...this.elements(name)].toSorted();
      const stale = [...(known ?? [])].filter((element) => !this.elements(name).has(element)).toSorted();
      return [
        ...(known ? [] : [createLine(name)]),
        ...stale.map((element) => `del ${name} ${element}`),
        ...wanted.filter((element) => !known?.has(element)).map((element) => `add ${name} ${element}`),
      ];
    });
    return lines.map((line) => `${line}\n`).join('');
  }
}

function createLine(name: IpSetName): string {
  const { type } = IP_SETS[name];
  return `create ${name} ${type} ${type === 'bitmap:port' ? 'range 0-65535' : 'family inet hashsize 1024 maxelem 65536'}`;
}
