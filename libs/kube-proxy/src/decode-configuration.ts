import { err, ok, type Result } from '@svclab/sim';
import type { KubeProxyConfiguration } from './configuration.js';
import { parseGoDurationMs } from './go-duration.js';

type FieldType = 'string' | 'bool' | 'int32' | 'duration' | 'list' | 'gates';
type Schema = { readonly [field: string]: FieldType | Schema };

const SYNC_PERIODS = { minSyncPeriod: 'duration', syncPeriod: 'duration' } as const;
const MASQUERADE = { masqueradeAll: 'bool', masqueradeBit: 'int32' } as const;

/** The members that act here, with their Go types. Others are not looked at, as in a lenient decoding. */
const SCHEMA: Schema = {
  mode: 'string',
  clusterCIDR: 'string',
  detectLocalMode: 'string',
  detectLocal: { bridgeInterface: 'string', interfaceNamePrefix: 'string' },
  nodePortAddresses: 'list',
  featureGates: 'gates',
  iptables: { ...MASQUERADE, ...SYNC_PERIODS, localhostNodePorts: 'bool' },
  ipvs: {
    ...SYNC_PERIODS,
    scheduler: 'string',
    excludeCIDRs: 'list',
    strictARP: 'bool',
    tcpTimeout: 'duration',
    tcpFinTimeout: 'duration',
    udpTimeout: 'duration',
  },
  nftables: { ...MASQUERADE, ...SYNC_PERIODS },
  conntrack: {
    maxPerCore: 'int32',
    min: 'int32',
    tcpEstablishedTimeout: 'duration',
    tcpCloseWaitTimeout: 'duration',
    tcpBeLiberal: 'bool',
    udpTimeout: 'duration',
    udpStreamTimeout: 'duration',
  },
};

/**
 * Reads the parsed YAML of `config.conf` as KubeProxyConfiguration. The error is the decoder's of Go,
 * about the first member whose value is of the wrong type.
 */
export function decodeConfiguration(document: unknown): Result<KubeProxyConfiguration, string> {
  if (!isMapping(document)) return err("couldn't get version/kind; json parse error: json: cannot unmarshal into Go value of type struct");
  const { apiVersion, kind } = document;
  if (kind === undefined) return err("Object 'Kind' is missing in 'config.conf'");
  if (apiVersion !== 'kubeproxy.config.k8s.io/v1alpha1' || kind !== 'KubeProxyConfiguration') {
    return err(
      `no kind "${String(kind)}" is registered for version "${String(apiVersion)}" in scheme "k8s.io/kubernetes/pkg/proxy/apis/config/scheme/scheme.go:30"`,
    );
  }
  const fault = faultIn(document, SCHEMA, 'KubeProxyConfiguration');
  return fault === undefined ? ok(document as KubeProxyConfiguration) : err(fault);
}

function faultIn(value: Readonly<Record<string, unknown>>, schema: Schema, path: string): string | undefined {
  for (const [field, type] of Object.entries(schema)) {
    const member = value[field];
    if (member === undefined || member === null) continue;
    const where = `${path}.${field}`;
    if (typeof type === 'string') {
      const fault = typeFault(member, type, where);
      if (fault !== undefined) return fault;
    } else if (!isMapping(member)) {
      return `json: cannot unmarshal ${jsonType(member)} into Go struct field ${where} of type struct`;
    } else {
      const fault = faultIn(member, type, where);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}

function typeFault(value: unknown, type: FieldType, where: string): string | undefined {
  const mismatch = (goType: string): string => `json: cannot unmarshal ${jsonType(value)} into Go struct field ${where} of type ${goType}`;
  switch (type) {
    case 'string':
      return typeof value === 'string' ? undefined : mismatch('string');
    case 'bool':
      return typeof value === 'boolean' ? undefined : mismatch('bool');
    case 'int32':
      return Number.isInteger(value) ? undefined : mismatch('int32');
    case 'list':
      return Array.isArray(value) && value.every((item) => typeof item === 'string') ? undefined : mismatch('[]string');
    case 'gates': {
      if (!isMapping(value)) return mismatch('map[string]bool');
      const wrong = Object.values(value).find((gate) => typeof gate !== 'boolean');
      return wrong === undefined ? undefined : `json: cannot unmarshal ${jsonType(wrong)} into Go struct field ${where} of type bool`;
    }
    case 'duration':
      if (typeof value !== 'string') return mismatch('string');
      if (parseGoDurationMs(value) !== undefined) return undefined;
      return /^[-+]?\d+(\.\d+)?$/.test(value) ? `time: missing unit in duration "${value}"` : `time: invalid duration "${value}"`;
  }
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}
