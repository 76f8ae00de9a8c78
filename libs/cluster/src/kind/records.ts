import type { ProxyModeName } from '@svclab/kube-proxy';
import type { KindNode } from './kind-config.js';

/** A kind cluster. Table `cluster.clusters`, key = name. */
export interface ClusterRecord {
  readonly name: string;
  readonly version: string;
  readonly createdUs: number;
  readonly podSubnet: string;
  readonly serviceSubnet: string;
  readonly kubeProxyMode: ProxyModeName;
  readonly featureGates: { readonly [gate: string]: boolean };
  readonly runtimeConfig: { readonly [key: string]: string };
  /** Where the lab host reaches the API server: 127.0.0.1 and this port. */
  readonly apiServerHostPort: number;
}

/** A node of a kind cluster. Table `cluster.nodes`, key = name, which is also its container's. */
export interface NodeRecord {
  readonly name: string;
  readonly cluster: string;
  readonly role: KindNode['role'];
  readonly labels: { readonly [name: string]: string };
}
