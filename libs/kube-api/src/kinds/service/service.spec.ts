import { testCluster } from '../../testdata/cluster.js';
import vectors from '../../testdata/service-api.json' with { type: 'json' };
import type { ApiServer } from '../../server.js';

type Spec = Record<string, any>;

/** A vector's input is a spec; annotations stand beside the fields. */
function service(input: Spec, name = 'web'): object {
  const { annotations, ...spec } = input;
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, ...(annotations && { annotations }) }, spec };
}

function create(api: ApiServer, spec: Spec, name = 'web'): Spec {
  const result = api.create('services', service(spec, name));
  if (!result.ok) throw new Error(result.error.message);
  return result.value.spec!;
}

function update(api: ApiServer, spec: Spec, name = 'web'): Spec {
  const result = api.update('services', service(spec, name));
  if (!result.ok) throw new Error(result.error.message);
  return result.value.spec!;
}

describe('Service validation', () => {
  it.each(vectors.validation)('$id', ({ id, operation, input, existing, apiMessage, causes }) => {
    const { api } = testCluster();
    create(api, { type: 'NodePort', ports: [{ port: 80, nodePort: 30000 }] }, 'kube-ops-view');
    const name = id === 'name-syntax' ? '1web' : 'web';
    if (operation === 'update') create(api, { ports: [{ port: 80 }], ...existing });
    const result =
      operation === 'update'
        ? api.patch('services', 'default', name, 'merge', { spec: input })
        : api.create('services', service(input as Spec, name));
    expect(result.ok ? 'accepted' : result.error.message).toBe(apiMessage);
    expect(!result.ok && result.error.details?.causes?.map(({ field, message }) => `${field}: ${message}`)).toEqual(causes);
  });
});

describe('Service defaults', () => {
  it.each(vectors.defaulting)('$id', ({ id, input, stored }) => {
    const { api } = testCluster();
    const needsPorts = !('ports' in input) && id !== 'externalname' && !id.startsWith('headless');
    const spec = create(api, needsPorts ? { ...input, ports: [{ port: 80 }] } : input);
    for (const [field, expected] of Object.entries(stored)) {
      if (expected === null) expect(spec[field]).toBeUndefined();
      else if (field === 'clusterIP')
        expect(expected === '<allocated>' ? /^10\.200\.1\.\d+$/.test(spec[field]) : spec[field] === expected).toBe(true);
      else if (field === 'clusterIPs') expect(spec[field]).toEqual([spec['clusterIP']]);
      else if (field === 'ports') expect(spec[field]).toEqual((expected as Spec[]).map((port, i) => expectedPort(port, spec[field][i])));
      else expect(spec[field]).toEqual(expected);
    }
  });
});

/** What the vector leaves to chance is taken from the answer, after a check of its range. */
function expectedPort(port: Spec, actual: Spec): Spec {
  if (port['nodePort'] !== '<allocated>') return port;
  expect(actual['nodePort']).toBeGreaterThanOrEqual(30086);
  expect(actual['nodePort']).toBeLessThanOrEqual(32767);
  return { ...actual, ...port, nodePort: actual['nodePort'] };
}

describe('what an update of a Service keeps and drops', () => {
  const ports = [{ port: 80 }];

  it('keeps address and node port when the manifest comes again, the port by name', () => {
    const { api } = testCluster();
    const before = create(api, { type: 'NodePort', ports: [{ name: 'http', port: 80 }] });
    const after = update(api, { type: 'NodePort', ports: [{ name: 'http', port: 8080 }] });
    expect(after['clusterIP']).toBe(before['clusterIP']);
    expect(after['ports'][0].nodePort).toBe(before['ports'][0].nodePort);
    expect(update(api, { type: 'NodePort', ports: [{ name: 'web', port: 8080 }] })['ports'][0].nodePort).not.toBe(
      before['ports'][0].nodePort,
    );
  });

  it('allocates a node port on the way to NodePort and gives it back on the way to ClusterIP', () => {
    const { api } = testCluster();
    const before = create(api, { ports });
    const open = update(api, { type: 'NodePort', ports: [{ port: 80, nodePort: 30500 }] });
    expect(open).toMatchObject({ clusterIP: before['clusterIP'], externalTrafficPolicy: 'Cluster' });
    const closed = update(api, { ...open, type: 'ClusterIP' });
    expect(closed['clusterIP']).toBe(before['clusterIP']);
    expect(closed['ports']).toEqual([{ port: 80, protocol: 'TCP', targetPort: 80 }]);
    expect(closed['externalTrafficPolicy']).toBeUndefined();
    expect(create(api, { type: 'NodePort', ports: [{ port: 1, nodePort: 30500 }] }, 'other')['ports'][0].nodePort).toBe(30500);
  });

  it('releases the address on the way to ExternalName and draws another on the way back', () => {
    const { api } = testCluster();
    const before = create(api, { clusterIP: '10.200.1.206', ports });
    const external = update(api, { ...before, type: 'ExternalName', externalName: 'example.com' });
    for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) expect(external[field]).toBeUndefined();
    expect(create(api, { clusterIP: '10.200.1.206', ports }, 'other')['clusterIP']).toBe('10.200.1.206');
    expect(update(api, { ports })['clusterIP']).toMatch(/^10\.200\.1\./);
  });

  it('clears the affinity time-out when affinity ends', () => {
    const { api } = testCluster();
    create(api, { ports, sessionAffinity: 'ClientIP' });
    const result = api.patch('services', 'default', 'web', 'strategic', { spec: { sessionAffinity: 'None' } });
    expect(result.ok && result.value.spec!['sessionAffinityConfig']).toBeUndefined();
  });

  it('shares one node port between protocols of one port number', () => {
    const { api } = testCluster();
    const both = [
      { name: 'tcp', port: 53, protocol: 'TCP' },
      { name: 'udp', port: 53, protocol: 'UDP' },
    ];
    const [tcp, udp] = create(api, { type: 'NodePort', ports: both })['ports'];
    expect(tcp.nodePort).toBe(udp.nodePort);
  });
});

describe('allocation from the cluster range', () => {
  it('never draws from the static band while the dynamic one has room, and reports a full range', () => {
    const { api } = testCluster();
    const drawn = Array.from({ length: 252 }, (_, i) => Number(create(api, { ports: [{ port: 80 }] }, `s${i}`)['clusterIP'].split('.')[3]));
    expect(Math.min(...drawn.slice(0, 238))).toBe(17);
    expect(Math.max(...drawn.slice(0, 238))).toBe(254);
    expect(Math.max(...drawn.slice(238))).toBeLessThanOrEqual(16);
    const full = api.create('services', service({ ports: [{ port: 80 }] }, 'one-too-many'));
    expect(!full.ok && full.error).toMatchObject({
      code: 500,
      message: 'Internal error occurred: failed to allocate a serviceIP: range is full',
    });
  });

  it('gives an address back when its Service is deleted or its creation rolled back', () => {
    const { sim, api } = testCluster();
    create(api, { clusterIP: '10.200.1.50', ports: [{ port: 80 }] });
    api.delete('services', 'default', 'web');
    create(api, { clusterIP: '10.200.1.50', ports: [{ port: 80 }] }, 'second');
    sim.commitEntry();
    sim.beginEntry(2);
    create(api, { clusterIP: '10.200.1.51', ports: [{ port: 80 }] }, 'third');
    sim.abortEntry();
    sim.beginEntry(3);
    expect(create(api, { clusterIP: '10.200.1.51', ports: [{ port: 80 }] }, 'fourth')['clusterIP']).toBe('10.200.1.51');
  });

  it('draws nothing in a dry run', () => {
    const { api } = testCluster();
    const result = api.create('services', service({ ports: [{ port: 80 }] }), undefined, { dryRun: true });
    expect(result.ok && result.value.spec!['clusterIP']).toBe('10.200.1.0');
    expect(api.get('services', 'default', 'web')).toBeUndefined();
  });
});
