import { ApiServer, type KubeObject } from '@svclab/kube-api';
import { Sim } from '@svclab/sim';
import { describeObject } from './index.js';
import { formatTotal, podTotals, quantityValue } from './quantities.js';

const NOW_US = 1_727_518_600_000_000;

let api: ApiServer;

beforeAll(() => {
  const sim = new Sim();
  api = new ApiServer(sim);
  sim.beginEntry(1);
  sim.initialise({ seed: 1, startUs: NOW_US });
  expect(api.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }).ok).toBe(true);
});

const metadata = (name: string, more: object = {}) => ({
  name,
  namespace: 'default',
  uid: `uid-${name}`,
  resourceVersion: '1',
  creationTimestamp: '2024-09-28T10:15:27Z',
  ...more,
});

const describeText = (plural: string, object: object, showEvents = false): string =>
  describeObject(api.resources.find(plural)!, object as KubeObject, { api, nowUs: NOW_US, showEvents });

test('a config map with text of several lines', () => {
  const text = describeText('configmaps', {
    metadata: metadata('settings', { labels: { b: '2', a: '1' } }),
    data: { 'b.conf': 'x: 1\ny: 2', 'a.conf': 'z\n' },
    binaryData: { raw: 'AAEC' },
  });
  expect(text).toBe(
    'Name:         settings\nNamespace:    default\nLabels:       a=1\n              b=2\nAnnotations:  <none>\n\nData\n====\n' +
      'a.conf:\n----\nz\n\n\nb.conf:\n----\nx: 1\ny: 2\n\n\nBinaryData\n====\nraw: 3 bytes\n\n',
  );
});

test('annotations: the one of apply is left out, long ones stand below their key', () => {
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', long: 'x'.repeat(150), short: 'y', text: 'a\nb\n' };
  const lines = describeText('configmaps', { metadata: metadata('c', { annotations }) }).split('\n');
  expect(lines.slice(3, 9)).toEqual([
    'Annotations:  long:',
    `                ${'x'.repeat(138)}...`,
    '              short: y',
    '              text:',
    '                a',
    '                b',
  ]);
});

test('endpoints and an endpoint slice', () => {
  expect(
    describeText('endpoints', {
      metadata: metadata('web'),
      subsets: [{ addresses: [{ ip: '10.10.1.2' }, { ip: '10.10.2.2' }], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] }],
    }),
  ).toBe(
    'Name:         web\nNamespace:    default\nLabels:       <none>\nAnnotations:  <none>\nSubsets:\n  Addresses:          10.10.1.2,10.10.2.2\n' +
      '  NotReadyAddresses:  <none>\n  Ports:\n    Name  Port  Protocol\n    ----  ----  --------\n    http  80    TCP\n\n',
  );
  expect(
    describeText('endpointslices', {
      metadata: metadata('web-x'),
      addressType: 'IPv4',
      ports: [{ name: '', port: 80, protocol: 'TCP' }],
      endpoints: [{ addresses: ['10.10.1.2'], conditions: { ready: true }, nodeName: 'n1', targetRef: { kind: 'Pod', name: 'web-1' } }],
    }),
  ).toBe(
    'Name:         web-x\nNamespace:    default\nLabels:       <none>\nAnnotations:  <none>\nAddressType:  IPv4\nPorts:\n  Name     Port  Protocol\n' +
      '  ----     ----  --------\n  <unset>  80    TCP\nEndpoints:\n  - Addresses:  10.10.1.2\n    Conditions:\n      Ready:    true\n' +
      '    Hostname:   <unset>\n    TargetRef:  Pod/web-1\n    NodeName:   n1\n    Zone:       <unset>\n',
  );
});

test('a service of type NodePort without endpoints', () => {
  const text = describeText('services', {
    metadata: metadata('np'),
    spec: {
      type: 'NodePort',
      selector: { b: '2', a: '1' },
      clusterIP: '10.200.1.7',
      clusterIPs: ['10.200.1.7'],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 'http', nodePort: 30080 }],
      sessionAffinity: 'ClientIP',
      externalTrafficPolicy: 'Cluster',
      internalTrafficPolicy: 'Cluster',
    },
  });
  expect(text).toContain('Selector:                 a=1,b=2\n');
  expect(text).toContain(
    'Port:                     <unset>  80/TCP\nTargetPort:               http/TCP\nNodePort:                 <unset>  30080/TCP\n' +
      'Endpoints:                <none>\nSession Affinity:         ClientIP\nExternal Traffic Policy:  Cluster\n',
  );
});

test('a pod that waits, with a probe, ports, variables and a limit', () => {
  const text = describeText('pods', {
    kind: 'Pod',
    metadata: metadata('web', { ownerReferences: [{ kind: 'ReplicaSet', name: 'web-1', controller: true }] }),
    spec: {
      containers: [
        {
          name: 'c',
          image: 'nginx',
          args: ['-c', 'one\ntwo'],
          ports: [
            { containerPort: 80, protocol: 'TCP', name: 'http' },
            { containerPort: 443, protocol: 'TCP' },
          ],
          readinessProbe: { httpGet: { path: '/ready', port: 80, scheme: 'HTTP' }, periodSeconds: 5 },
          env: [
            { name: 'A', value: '1' },
            { name: 'POD', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
          ],
          resources: { limits: { memory: '64Mi', cpu: '100m' } },
        },
      ],
    },
    status: {
      phase: 'Pending',
      containerStatuses: [{ name: 'c', ready: false, restartCount: 0, state: { waiting: { reason: 'ErrImagePull' } } }],
    },
  });
  expect(text).toContain('Node:           <none>\n');
  expect(text).toContain('Controlled By:  ReplicaSet/web-1\n');
  expect(text).toContain(
    '    Ports:         80/TCP (http), 443/TCP\n    Host Ports:    0/TCP (http), 0/TCP\n    Args:\n      -c\n      one\n      two\n' +
      '    State:          Waiting\n      Reason:       ErrImagePull\n    Ready:          False\n    Restart Count:  0\n' +
      '    Limits:\n      cpu:      100m\n      memory:   64Mi\n' +
      '    Readiness:  http-get http://:80/ready delay=0s timeout=1s period=5s successThreshold=1 failureThreshold=3\n' +
      '    Environment:\n      A:         1\n      POD:       web (v1:metadata.name)\n    Mounts:      <none>\n',
  );
});

test('an object of any other kind is told field by field', () => {
  expect(
    describeText('storageclasses', {
      kind: 'StorageClass',
      metadata: { name: 'standard', uid: 'u' },
      provisioner: 'x',
      mountOptions: ['ro'],
    }),
  ).toBe(
    'Name:         standard\nNamespace:    \nLabels:       <none>\nAnnotations:  <none>\nKind:         StorageClass\nMetadata:\n  UID:  u\n' +
      'Mount Options:\n  ro\nProvisioner:  x\n',
  );
});

const event = (name: string, more: object): void => {
  const created = api.create('events', {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace: 'default' },
    involvedObject: { kind: 'ConfigMap', name: 'noisy', namespace: 'default', uid: 'uid-noisy' },
    source: { component: 'tester' },
    type: 'Normal',
    ...more,
  });
  expect(created).toMatchObject({ ok: true });
};

test('events: a repeated one says how often, the oldest stands first', () => {
  event('b', {
    reason: 'Late',
    message: 'second ',
    firstTimestamp: '2024-09-28T10:16:00Z',
    lastTimestamp: '2024-09-28T10:16:30Z',
    count: 4,
  });
  event('a', {
    reason: 'Early',
    message: 'first',
    firstTimestamp: '2024-09-28T10:15:40Z',
    lastTimestamp: '2024-09-28T10:15:40Z',
    count: 1,
  });
  const text = describeText('configmaps', { kind: 'ConfigMap', metadata: metadata('noisy') }, true);
  expect(text.slice(text.indexOf('Events'))).toBe(
    'Events:\n  Type    Reason  Age                From    Message\n  ----    ------  ----               ----    -------\n' +
      '  Normal  Early   60s                tester  first\n  Normal  Late    10s (x4 over 40s)  tester  second\n',
  );
});

test.each([
  ['250m', 0.25],
  ['1', 1],
  ['70Mi', 70 * 2 ** 20],
  ['1k', 1000],
  ['junk', 0],
])('%s is %d', (quantity, value) => {
  expect(quantityValue(quantity)).toBe(value);
});

const podThatAsks = (cpu: string, memory: string) =>
  ({ spec: { containers: [{ resources: { requests: { cpu, memory } } }] } }) as unknown as KubeObject;

test('totals of pods are written in the largest whole unit', () => {
  const totals = podTotals([podThatAsks('100m', '50Mi'), podThatAsks('200m', '14Mi'), podThatAsks('700m', '960Mi')], 'requests');
  expect([formatTotal(totals['cpu']), formatTotal(totals['memory']), formatTotal(totals['none'])]).toEqual(['1', '1Gi', '0']);
});
