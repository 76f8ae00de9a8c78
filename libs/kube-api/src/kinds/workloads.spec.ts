import { testCluster } from '../testdata/cluster.js';

type Spec = Record<string, any>;

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
const selector = { matchLabels: { app: 'web' } };

const create = (kind: string, spec: Spec): Spec | string => {
  const result = testCluster().api.create(kind, { metadata: { name: 'w' }, spec });
  return result.ok ? result.value.spec! : result.error.message;
};

it.each([
  [
    'deployments',
    {
      replicas: 1,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    },
  ],
  ['replicasets', { replicas: 1 }],
  [
    'daemonsets',
    { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } }, revisionHistoryLimit: 10 },
  ],
])('%s get their defaults, and their templates those of pods, but not what admission adds', (kind, defaults) => {
  const spec = create(kind, { selector, template }) as Spec;
  expect(spec).toMatchObject(defaults);
  const { spec: pod } = spec['template'] as { spec: Spec };
  expect(pod).toMatchObject({ dnsPolicy: 'ClusterFirst', restartPolicy: 'Always', terminationGracePeriodSeconds: 30, securityContext: {} });
  for (const field of ['serviceAccountName', 'tolerations', 'enableServiceLinks', 'volumes']) expect(pod[field]).toBeUndefined();
});

it.each<[string, string, Spec, string]>([
  ['no selector', 'deployments', { template }, 'Deployment.apps "w" is invalid: spec.selector: Required value'],
  [
    'an empty selector',
    'daemonsets',
    { selector: {}, template },
    'DaemonSet.apps "w" is invalid: spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: empty selector is invalid for daemonset',
  ],
  [
    'a selector that does not fit',
    'replicasets',
    { selector: { matchLabels: { app: 'other' } }, template },
    'ReplicaSet.apps "w" is invalid: spec.template.metadata.labels: Invalid value: map[string]string{"app":"web"}: `selector` does not match template `labels`',
  ],
  [
    'pods that end',
    'deployments',
    { selector, template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } },
    'Deployment.apps "w" is invalid: spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
  ],
])('%s is refused', (_what, kind, spec, text) => expect(create(kind, spec)).toBe(text));

it('a selector cannot change', () => {
  const { api } = testCluster();
  api.create('deployments', { metadata: { name: 'w' }, spec: { selector, template } });
  const labels = { app: 'web', x: 'y' };
  const result = api.patch('deploy', 'default', 'w', 'merge', {
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels } } },
  });
  expect(!result.ok && result.error.message).toBe(
    'Deployment.apps "w" is invalid: spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"web", "x":"y"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable',
  );
});
