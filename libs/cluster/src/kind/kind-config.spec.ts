import { LAB_KIND_CONFIG, parseKindConfig } from './kind-config.js';

const LAB_FILE = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
featureGates:
  "InPlacePodVerticalScaling": true
  #"MultiCIDRServiceAllocator": true
nodes:
- role: control-plane
  labels:
    mynode: control-plane
  extraPortMappings:
  - containerPort: 30000
    hostPort: 30000
  - containerPort: 30001
    hostPort: 30001
  - containerPort: 30002
    hostPort: 30002
- role: worker
  labels:
    mynode: worker1
- role: worker
  labels:
    mynode: worker2
- role: worker
  labels:
    mynode: worker3
networking:
  podSubnet: 10.10.0.0/16
  serviceSubnet: 10.200.1.0/24
`;
const HEAD = 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n';

describe('kind configuration', () => {
  it("reads the lab's file as the profile's own configuration", () => {
    expect(parseKindConfig(LAB_FILE)).toEqual({ ok: true, value: { ...LAB_KIND_CONFIG, name: null } });
  });

  it('has one node and its own subnets when nothing is said', () => {
    const parsed = parseKindConfig(HEAD);
    expect(parsed).toMatchObject({ ok: true, value: { podSubnet: '10.244.0.0/16', serviceSubnet: '10.96.0.0/16' } });
    expect(parsed.ok && parsed.value.nodes).toHaveLength(1);
  });

  it.each([
    ['kind: Cluster\n', 'unknown apiVersion: '],
    ['kind: Clutter\napiVersion: kind.x-k8s.io/v1alpha4\n', 'unknown kind Clutter for apiVersion: kind.x-k8s.io/v1alpha4'],
    [`${HEAD}node: []\n`, 'unable to decode config: field node not found in type v1alpha4.Cluster'],
    [`${HEAD}nodes:\n- role: worker\n`, 'invalid configuration: must have at least one control-plane node'],
    [`${HEAD}nodes:\n- role: master\n`, 'invalid configuration: "master" is not a valid node role'],
    [`${HEAD}networking:\n  podSubnet: 10.0.0.0/33\n`, 'invalid configuration: invalid pod subnet invalid CIDR address: 10.0.0.0/33'],
    [`${HEAD}networking:\n  disableDefaultCNI: true\n`, 'networking.disableDefaultCNI: true is not simulated yet'],
    [`${HEAD}networking:\n  kubeProxyMode: none\n`, 'networking.kubeProxyMode: none is not simulated yet'],
    [`${HEAD}networking:\n  ipFamily: dual\n`, 'networking.ipFamily: dual is not simulated yet'],
    [`${HEAD}nodes:\n- role: control-plane\n  image: kindest/node:v1.20.0\n`, 'nodes[0].image: kindest/node:v1.20.0 is not simulated yet'],
    ['a: [1\nb: 2\n', /^yaml: line \d+: /],
    ['', 'the configuration must be a mapping'],
  ])('refuses %j', (text, message) => {
    const parsed = parseKindConfig(text);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) expect(parsed.error).toMatch(message);
  });
});
