import { testCluster } from '../../testdata/cluster.js';
import type { KubeObject } from '../../types.js';
import { summary } from './columns.js';

type Spec = Record<string, any>;

const manifest = (spec: Spec): object => ({ metadata: { name: 'web' }, spec });
const withContainer = (container: Spec): Spec => ({ containers: [{ name: 'c', image: 'nginx:1.27', ...container }] });

const refusal = (spec: Spec): string => {
  const result = testCluster().api.create('pods', manifest(spec));
  return result.ok ? 'accepted' : result.error.message.replace('Pod "web" is invalid: ', '');
};

describe('pod validation', () => {
  it.each<[Spec, string]>([
    [{}, 'spec.containers: Required value'],
    [{ containers: [] }, 'spec.containers: Required value'],
    [{ containers: [{ name: 'c' }] }, 'spec.containers[0].image: Required value'],
    [{ containers: [{ image: 'a' }] }, 'spec.containers[0].name: Required value'],
    [withContainer({ image: ' nginx' }), 'spec.containers[0].image: Invalid value: " nginx": must not have leading or trailing whitespace'],
    [
      withContainer({ name: 'Web' }),
      "spec.containers[0].name: Invalid value: \"Web\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ],
    [
      {
        containers: [
          { name: 'c', image: 'a' },
          { name: 'c', image: 'b' },
        ],
      },
      'spec.containers[1].name: Duplicate value: "c"',
    ],
    [withContainer({ ports: [{ name: 'http' }] }), 'spec.containers[0].ports[0].containerPort: Required value'],
    [
      withContainer({ ports: [{ containerPort: 70000 }] }),
      'spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
    ],
    [
      withContainer({ ports: [{ containerPort: 80, protocol: 'HTTP' }] }),
      'spec.containers[0].ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"',
    ],
    [
      withContainer({ ports: [{ containerPort: 80, name: 'a-very-long-port-name' }] }),
      'spec.containers[0].ports[0].name: Invalid value: "a-very-long-port-name": must be no more than 15 characters',
    ],
    [
      withContainer({ imagePullPolicy: 'Sometimes' }),
      'spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"',
    ],
    [withContainer({ volumeMounts: [{ name: 'v', mountPath: '/v' }] }), 'spec.containers[0].volumeMounts[0].name: Not found: "v"'],
    [
      withContainer({ readinessProbe: { periodSeconds: 5 } }),
      'spec.containers[0].readinessProbe: Required value: must specify a handler type',
    ],
    [
      withContainer({ livenessProbe: { httpGet: { port: 80 }, tcpSocket: { port: 80 } } }),
      'spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type',
    ],
    [
      { ...withContainer({}), restartPolicy: 'Sometimes' },
      'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
    ],
    [
      { ...withContainer({}), volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/' } }] },
      'spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type',
    ],
  ])('%j', (spec, text) => expect(refusal(spec)).toBe(text));
});

describe('pod defaults', () => {
  const stored = (spec: Spec): Spec => {
    const result = testCluster().api.create('pods', manifest(spec));
    if (!result.ok) throw new Error(result.error.message);
    return result.value.spec!;
  };

  it.each([
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['nginx:1.27', 'IfNotPresent'],
    ['registry:5000/nginx', 'Always'],
    ['nginx@sha256:0123', 'IfNotPresent'],
  ])('pull %s: %s', (image, policy) => expect(stored(withContainer({ image }))['containers'][0].imagePullPolicy).toBe(policy));

  it('fill probes, ports, volumes and host ports', () => {
    const spec = stored({
      ...withContainer({ ports: [{ containerPort: 80 }], livenessProbe: { httpGet: { port: 80 } } }),
      hostNetwork: true,
      volumes: [{ name: 'a' }, { name: 'b', configMap: { name: 'c' } }],
    });
    expect(spec['containers'][0]).toMatchObject({
      ports: [{ containerPort: 80, hostPort: 80, protocol: 'TCP' }],
      livenessProbe: {
        httpGet: { path: '/', port: 80, scheme: 'HTTP' },
        timeoutSeconds: 1,
        periodSeconds: 10,
        successThreshold: 1,
        failureThreshold: 3,
      },
    });
    expect(spec['volumes'].slice(0, 2)).toEqual([
      { name: 'a', emptyDir: {} },
      { name: 'b', configMap: { name: 'c', defaultMode: 420 } },
    ]);
  });

  it('say what a resize does, where pods can be resized in place', () => {
    const { api } = testCluster();
    api.configure({ featureGates: { InPlacePodVerticalScaling: true } });
    const result = api.create('pods', manifest(withContainer({ resources: { requests: { cpu: '100m' }, limits: { memory: '170Mi' } } })));
    expect(result.ok && result.value.spec!['containers'][0]).toMatchObject({
      resources: { requests: { cpu: '100m', memory: '170Mi' }, limits: { memory: '170Mi' } },
      resizePolicy: [
        { resourceName: 'cpu', restartPolicy: 'NotRequired' },
        { resourceName: 'memory', restartPolicy: 'NotRequired' },
      ],
    });
    expect(result.ok && result.value.status!['qosClass']).toBe('Burstable');
  });

  it('leave a mirror pod as the kubelet sends it', () => {
    const mirror = {
      metadata: { name: 'm', annotations: { 'kubernetes.io/config.mirror': 'x' } },
      spec: { ...withContainer({}), priorityClassName: 'system-node-critical', tolerations: [{ effect: 'NoExecute', operator: 'Exists' }] },
    };
    const result = testCluster().api.create('pods', mirror);
    expect(result.ok && result.value.spec).toMatchObject({
      priority: 2_000_001_000,
      tolerations: [{ effect: 'NoExecute', operator: 'Exists' }],
    });
    expect(result.ok && result.value.spec!['serviceAccountName']).toBeUndefined();
    expect(result.ok && result.value.spec!['volumes']).toBeUndefined();
  });
});

describe('pod updates', () => {
  const change = (patch: object, gates: Record<string, boolean> = {}): string => {
    const { api } = testCluster();
    api.configure({ featureGates: gates });
    api.create('pods', manifest({ ...withContainer({}), nodeName: 'n1' }));
    const result = api.patch('pods', 'default', 'web', 'strategic', { spec: patch });
    return result.ok ? 'accepted' : result.error.message;
  };
  const forbidden =
    'Pod "web" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

  it.each([
    ['an image', { containers: [{ name: 'c', image: 'nginx:1.28' }] }, 'accepted'],
    ['the node', { nodeName: 'n2' }, forbidden],
    ['the resources', { containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] }, forbidden],
    [
      'a new container',
      { containers: [{ name: 'd', image: 'd' }] },
      'Pod "web" is invalid: spec.containers: Forbidden: pod updates may not add or remove containers',
    ],
  ])('%s', (_what, patch, text) => expect(change(patch)).toBe(text));

  it('of resources are fine where pods can be resized in place', () => {
    const patch = { containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] };
    expect(change(patch, { InPlacePodVerticalScaling: true })).toBe('accepted');
  });
});

describe('STATUS and READY', () => {
  const running = { ready: true, state: { running: {} } };
  const pod = (status: object, extra: object = {}): KubeObject =>
    ({
      metadata: { name: 'p' },
      spec: { containers: [{}, {}], initContainers: [{ name: 'i' }] },
      status,
      ...extra,
    }) as unknown as KubeObject;
  it.each<[string, KubeObject, string, number]>([
    ['pending', pod({ phase: 'Pending' }), 'Pending', 0],
    [
      'creating',
      pod({ phase: 'Pending', containerStatuses: [{ state: { waiting: { reason: 'ContainerCreating' } } }] }),
      'ContainerCreating',
      0,
    ],
    ['running', pod({ phase: 'Running', containerStatuses: [running, running] }), 'Running', 2],
    ['init', pod({ phase: 'Pending', initContainerStatuses: [{ name: 'i', state: { running: {} } }] }), 'Init:0/1', 0],
    [
      'init failing',
      pod({ phase: 'Pending', initContainerStatuses: [{ name: 'i', state: { waiting: { reason: 'CrashLoopBackOff' } } }] }),
      'Init:CrashLoopBackOff',
      0,
    ],
    ['exited', pod({ phase: 'Failed', containerStatuses: [{ state: { terminated: { exitCode: 3 } } }] }), 'ExitCode:3', 0],
    [
      'half completed',
      pod({ phase: 'Running', containerStatuses: [{ state: { terminated: { exitCode: 0, reason: 'Completed' } } }, running] }),
      'NotReady',
      1,
    ],
    [
      'going',
      pod({ phase: 'Running', containerStatuses: [running] }, { metadata: { name: 'p', deletionTimestamp: 'x' } }),
      'Terminating',
      1,
    ],
    ['evicted', pod({ phase: 'Failed', reason: 'Evicted' }), 'Evicted', 0],
  ])('%s', (_what, object, reason, ready) => expect(summary(object)).toMatchObject({ reason, ready }));
});
