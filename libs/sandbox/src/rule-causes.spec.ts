import type { ObjectEvent } from './entry.js';
import { RuleCauses } from './rule-causes.js';

const slice = (addresses: Record<string, string>): ObjectEvent['object'] => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    namespace: 'default',
    name: 'web-abcde',
    labels: { 'kubernetes.io/service-name': 'web' },
    uid: '1',
    resourceVersion: '1',
    creationTimestamp: '',
  },
  endpoints: Object.entries(addresses).map(([address, pod]) => ({ addresses: [address], targetRef: { kind: 'Pod', name: pod } })),
});

const service: ObjectEvent = {
  type: 'MODIFIED',
  resource: 'services',
  object: { apiVersion: 'v1', kind: 'Service', metadata: { ...slice({}).metadata, name: 'web' } },
};

/** web-2 has gone from the slice, web-1 stays in it. */
const sliceEvent: ObjectEvent = {
  type: 'MODIFIED',
  resource: 'endpointslices.discovery.k8s.io',
  object: slice({ '10.10.1.2': 'web-1' }),
  previous: slice({ '10.10.1.2': 'web-1', '10.10.1.20': 'web-2' }),
};

const knows = (rule: string) => (rule.includes('KUBE-') ? { service: { namespace: 'default', name: 'web', port: '' } } : undefined);

describe('RuleCauses', () => {
  it('names the slice and the pod of an endpoint, also of one that is gone', () => {
    const causes = new RuleCauses(() => undefined, [sliceEvent]);
    expect(causes.of('-A KUBE-SVC-X -m comment --comment "default/web:http -> 10.10.1.20:80" -j KUBE-SEP-A')).toBe(
      'EndpointSlice default/web-abcde (Pod default/web-2)',
    );
    expect(causes.of('-A KUBE-SEP-A -s 10.10.1.2/32 -m comment --comment "default/web:http" -j KUBE-MARK-MASQ')).toContain(
      '(Pod default/web-1)',
    );
    expect(
      causes.of('-A KUBE-SEP-A -p tcp -m comment --comment "default/web:http" -m tcp -j DNAT --to-destination 10.10.1.20:80'),
    ).toContain('(Pod default/web-2)');
  });

  it('names the Service where it changed, else its slice, else the Service', () => {
    const rule = '-A KUBE-SERVICES -d 10.200.1.5/32 -j KUBE-SVC-X';
    expect(new RuleCauses(knows, [service, sliceEvent]).of(rule)).toBe('Service default/web');
    expect(new RuleCauses(knows, [sliceEvent]).of(rule)).toBe('EndpointSlice default/web-abcde');
    expect(new RuleCauses(knows, []).of(rule)).toBe('Service default/web');
  });

  it('falls back on the comment where the Service is gone, and names nothing for other rules', () => {
    const causes = new RuleCauses(() => undefined, []);
    expect(causes.of('-A C -m comment --comment "ns/web has no endpoints" -j REJECT')).toBe('Service ns/web');
    expect(causes.of('-A POSTROUTING -j MASQUERADE')).toBeNull();
  });
});
