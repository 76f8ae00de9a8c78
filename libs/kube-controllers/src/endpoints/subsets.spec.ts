import type { KubeObject } from '@svclab/kube-api';
import { subsetsOf } from './subsets.js';

const meta = (name: string) => ({
  name,
  namespace: 'default',
  uid: `uid-${name}`,
  resourceVersion: '1',
  creationTimestamp: '2024-09-28T00:00:00Z',
});

const pod = (name: string, ip: string, { ready = true, phase = 'Running', deleted = false } = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { ...meta(name), ...(deleted && { deletionTimestamp: '2024-09-28T00:01:00Z' }) },
  spec: { nodeName: 'node-1', containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 8080 }] }] },
  status: { phase, podIPs: [{ ip }], conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});

const service = (spec: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: meta('web'),
  spec: { ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }], ...spec },
});

const shape = (pods: readonly KubeObject[], spec?: Record<string, unknown>) =>
  subsetsOf(service(spec), pods).map(({ addresses, notReadyAddresses, ports }) => ({
    ready: addresses?.map(({ ip }) => ip),
    notReady: notReadyAddresses?.map(({ ip }) => ip),
    ports: ports?.map(({ port }) => port),
  }));

describe('subsetsOf', () => {
  it('sorts addresses as text', () => {
    const pods = [pod('a', '192.168.97.154'), pod('b', '192.168.118.39'), pod('c', '192.168.107.168')];
    expect(shape(pods)).toEqual([{ ready: ['192.168.107.168', '192.168.118.39', '192.168.97.154'], notReady: undefined, ports: [8080] }]);
  });

  it('keeps pods apart that are not ready, and leaves out those that end or ended', () => {
    const pods = [
      pod('a', '10.0.0.1'),
      pod('b', '10.0.0.2', { ready: false }),
      pod('c', '10.0.0.3', { phase: 'Succeeded' }),
      pod('d', '10.0.0.4', { deleted: true }),
    ];
    expect(shape(pods)).toEqual([{ ready: ['10.0.0.1'], notReady: ['10.0.0.2'], ports: [8080] }]);
    expect(shape(pods, { publishNotReadyAddresses: true })).toEqual([
      { ready: ['10.0.0.1', '10.0.0.2', '10.0.0.4'], notReady: undefined, ports: [8080] },
    ]);
  });

  it('joins ports with the same addresses and parts ports with different ones', () => {
    const ports = [
      { name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' },
      { name: 'plain', port: 81, targetPort: 9000, protocol: 'TCP' },
    ];
    const odd = pod('odd', '10.0.0.2');
    odd.spec!['containers'][0].ports = [];
    const both = shape([pod('a', '10.0.0.1')], { ports });
    expect(both.map(({ ports }) => [...ports!].toSorted())).toEqual([[8080, 9000]]);
    const parted = shape([pod('a', '10.0.0.1'), odd], { ports });
    expect(parted).toHaveLength(2);
    expect(parted).toContainEqual({ ready: ['10.0.0.1'], notReady: undefined, ports: [8080] });
    expect(parted).toContainEqual({ ready: ['10.0.0.1', '10.0.0.2'], notReady: undefined, ports: [9000] });
  });
});
