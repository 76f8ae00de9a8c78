import { err, ok, type Result } from '@svclab/sim';
import { absoluteName } from '@svclab/wire';
import { failure, type Directive } from '../../corefile.js';
import { Fallthrough } from '../../plugin.js';

/** How the plugin answers. Source: CoreDNS `plugin/kubernetes/setup.go`. */
export interface KubernetesOptions {
  /** Absolute, in lower case. */
  readonly zones: readonly string[];
  readonly podMode: 'disabled' | 'insecure' | 'verified';
  /** Seconds. */
  readonly ttl: number;
  /** Endpoints without a host name are named after their pod. */
  readonly endpointPodNames: boolean;
  /** The only namespaces that are served; empty: all. */
  readonly namespaces: ReadonlySet<string>;
  readonly ignoreEmptyService: boolean;
  readonly fallthrough: Fallthrough;
}

const DEFAULT_TTL_SECONDS = 5;
const MAX_TTL_SECONDS = 3600;

const POD_MODES: ReadonlySet<string> = new Set(['disabled', 'insecure', 'verified']);

/** Properties about how CoreDNS reaches and watches the API server. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['endpoint', 'tls', 'kubeconfig', 'noendpoints', 'startup_timeout', 'apiserver_qps']);

export function kubernetesOptions(directive: Directive, serverZones: readonly string[]): Result<KubernetesOptions, string> {
  const { args, block, line } = directive;
  const zones = args.length ? args.map((zone) => absoluteName(zone.toLowerCase())) : serverZones;
  let options: KubernetesOptions = {
    zones,
    podMode: 'disabled',
    ttl: DEFAULT_TTL_SECONDS,
    endpointPodNames: false,
    namespaces: new Set(),
    ignoreEmptyService: false,
    fallthrough: new Fallthrough([]),
  };
  for (const [property = '', ...values] of block) {
    const read = readProperty(property, values, zones);
    if (!read.ok) return failure(line, read.error);
    options = { ...options, ...read.value };
  }
  return ok(options);
}

function readProperty(property: string, values: readonly string[], zones: readonly string[]): Result<Partial<KubernetesOptions>, string> {
  const [value = ''] = values;
  switch (property) {
    case 'pods':
      if (!POD_MODES.has(value) || values.length !== 1) return err(`invalid value for pods: ${value}`);
      return ok({ podMode: value as KubernetesOptions['podMode'] });
    case 'ttl':
      if (!/^\d+$/.test(value) || Number(value) > MAX_TTL_SECONDS) return err(`ttl must be in range [0, ${MAX_TTL_SECONDS}]: ${value}`);
      return ok({ ttl: Number(value) });
    case 'endpoint_pod_names':
      return ok({ endpointPodNames: true });
    case 'namespaces':
      return values.length ? ok({ namespaces: new Set(values) }) : err("Wrong argument count or unexpected line ending after 'namespaces'");
    case 'ignore':
      return value === 'empty_service' ? ok({ ignoreEmptyService: true }) : err(`unable to parse ignore value: '${value}'`);
    case 'fallthrough':
      return ok({ fallthrough: new Fallthrough(values.length ? values.map((zone) => absoluteName(zone.toLowerCase())) : zones) });
    default:
      return WITHOUT_EFFECT.has(property) ? ok({}) : err(`unknown property '${property}'`);
  }
}
