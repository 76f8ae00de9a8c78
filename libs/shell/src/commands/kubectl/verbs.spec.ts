import { lab, type Lab } from './testing/run-kubectl.js';

let cluster: Lab;
const run = async (line: string | readonly string[]): Promise<string> => {
  const { stdout, stderr } = await cluster.run(line);
  return stdout + stderr;
};

beforeAll(() => {
  cluster = lab();
});

describe('get', () => {
  test('all types of the category, in the order of the API groups', async () => {
    expect(
      (await run('get all -n kube-system'))
        .split('\n')
        .filter((line) => line.startsWith('NAME'))
        .map((line) => line.split(/ +/)[1]),
    ).toEqual(['READY', 'TYPE', 'DESIRED', 'READY', 'DESIRED']);
  });

  test('labels, custom columns, names, sorting, no headers', async () => {
    expect(await run('get svc kubernetes -L component --no-headers')).toMatch(
      /^kubernetes   ClusterIP   10\.200\.1\.1   <none>   443\/TCP   \d+s   apiserver\n$/,
    );
    expect(await run('get svc kubernetes --show-labels')).toMatch(/LABELS\n.* component=apiserver,provider=kubernetes\n$/);
    expect(await run('get nodes -o custom-columns=NAME:.metadata.name,TAINT:.spec.taints[*].key --sort-by=.spec.podCIDR')).toBe(
      'NAME                  TAINT\nmyk8s-control-plane   node-role.kubernetes.io/control-plane\nmyk8s-worker          <none>\n' +
        'myk8s-worker3         <none>\nmyk8s-worker2         <none>\n',
    );
    expect(await run('get deploy,svc -n kube-system -o name')).toBe('deployment.apps/coredns\nservice/kube-dns\n');
  });

  test('field selectors', async () => {
    expect(await run('get pods -A --field-selector spec.nodeName=myk8s-worker -o name')).toMatch(
      /^pod\/kindnet-\w+\npod\/kube-proxy-\w+\n$/,
    );
  });

  test('several objects as YAML stand in a List', async () => {
    expect(await run('get svc/kubernetes ns/default -o yaml')).toMatch(
      /^apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Service\n[^]*\nkind: List\nmetadata:\n  resourceVersion: ""\n$/,
    );
  });

  test('json has four blanks per level', async () => {
    expect(await run('get ns default -o json')).toMatch(
      /^\{\n    "apiVersion": "v1",\n    "kind": "Namespace",\n    "metadata": \{\n        "creationTimestamp"/,
    );
  });

  test('what is missing may be ignored', async () => {
    expect(await cluster.run('get pod nope --ignore-not-found')).toEqual({ stdout: '', stderr: '', exitCode: 0 });
    expect(await cluster.run('get pod nope --ignore-not-found -o yaml')).toEqual({ stdout: '', stderr: '', exitCode: 0 });
  });
});

describe('create, run, expose', () => {
  test('a namespace becomes the place of what follows', async () => {
    expect(await run('create ns lab')).toBe('namespace/lab created\n');
    expect(await run('-n lab create cm settings --from-literal=a=1 --from-literal=b=x,y')).toBe('configmap/settings created\n');
    expect(await run(['get', 'cm', 'settings', '-n', 'lab', '-o', 'jsonpath={.data}'])).toBe('{"a":"1","b":"x,y"}');
  });

  test('run shows what it would create', async () => {
    expect(await run('run web --image=nginx --port=80 --dry-run=client -o yaml')).toBe(
      'apiVersion: v1\nkind: Pod\nmetadata:\n  creationTimestamp: null\n  labels:\n    run: web\n  name: web\nspec:\n  containers:\n  - image: nginx\n' +
        '    name: web\n    ports:\n    - containerPort: 80\n    resources: {}\n  dnsPolicy: ClusterFirst\n  restartPolicy: Always\nstatus: {}\n',
    );
    expect(await run('run web --image=nginx --dry-run=server')).toBe('pod/web created (server dry run)\n');
    expect(await run('get pods')).toBe('No resources found in default namespace.\n');
  });

  test('a pod is run and exposed', async () => {
    expect(await run('run shown --image=traefik/whoami --port=80')).toBe('pod/shown created\n');
    expect(await run('expose pod shown --port=8080 --target-port=80')).toBe('service/shown exposed\n');
    expect(await run(['get', 'svc', 'shown', '-o', 'jsonpath={.spec.selector} {.spec.ports}'])).toBe(
      '{"run":"shown"} [{"port":8080,"protocol":"TCP","targetPort":80}]',
    );
  });

  test('create service clusterip names its ports', async () => {
    expect(await run('create service clusterip plain --tcp=9000:80')).toBe('service/plain created\n');
    expect(await run(['get', 'svc', 'plain', '-o', 'jsonpath={.spec.ports[0].name} {.spec.selector}'])).toBe('9000-80 {"app":"plain"}');
  });

  test('create of what is there says so', async () => {
    cluster.file('ns.yaml', 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: default\n');
    expect(await run('create -f ns.yaml')).toBe(
      'Error from server (AlreadyExists): error when creating "ns.yaml": namespaces "default" already exists\n',
    );
  });
});

test('apply warns of an object that apply did not make', async () => {
  await run('create cm adopted --from-literal=a=1');
  cluster.file('adopted.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: adopted\ndata:\n  a: "2"\n');
  expect(await cluster.run('apply -f adopted.yaml')).toEqual({
    stdout: 'configmap/adopted configured\n',
    stderr:
      'Warning: resource configmaps/adopted is missing the kubectl.kubernetes.io/last-applied-configuration annotation which is required by kubectl apply. ' +
      'kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. ' +
      'The missing annotation will be patched automatically.\n',
    exitCode: 0,
  });
});

test('apply -f of a directory takes its manifests in order', async () => {
  cluster.file('dir/b.yml', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: second\n');
  cluster.file('dir/a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: first\n');
  cluster.file('dir/notes.txt', 'no manifest');
  expect(await run('apply -f dir')).toBe('configmap/first created\nconfigmap/second created\n');
});

test('label and annotate', async () => {
  await run('create cm tagged');
  expect(await run('label cm tagged tier=front')).toBe('configmap/tagged labeled\n');
  expect(await run('label cm tagged tier=front')).toBe('configmap/tagged not labeled\n');
  expect(await run('label cm tagged tier=back --overwrite')).toBe('configmap/tagged labeled\n');
  expect(await run('label cm tagged tier-')).toBe('configmap/tagged unlabeled\n');
  expect(await run('label cm tagged tier-')).toBe('label "tier" not found.\nconfigmap/tagged not labeled\n');
  expect(await run(['annotate', 'cm/tagged', 'note=two words'])).toBe('configmap/tagged annotated\n');
  expect(await run('describe cm tagged')).toBe(
    'Name:         tagged\nNamespace:    default\nLabels:       <none>\nAnnotations:  note: two words\n\nData\n====\n\nBinaryData\n====\n\nEvents:  <none>\n',
  );
});

test('a JSON patch and a merge patch', async () => {
  await run('create cm patched --from-literal=a=1');
  expect(await run(['patch', 'cm', 'patched', '--type=json', '-p', '[{"op":"replace","path":"/data/a","value":"2"}]'])).toBe(
    'configmap/patched patched\n',
  );
  expect(await run(['patch', 'cm', 'patched', '--type', 'merge', '-p', 'data:\n  b: "3"\n'])).toBe('configmap/patched patched\n');
  expect(await run(['get', 'cm', 'patched', '-o', 'jsonpath={.data}'])).toBe('{"a":"2","b":"3"}');
});

test('cordon, uncordon, taint', async () => {
  expect(await run('cordon myk8s-worker3')).toBe('node/myk8s-worker3 cordoned\n');
  expect(await run('cordon myk8s-worker3')).toBe('node/myk8s-worker3 already cordoned\n');
  expect(await run('get node myk8s-worker3 --no-headers')).toMatch(/^myk8s-worker3   Ready,SchedulingDisabled   <none>   /);
  expect(await run('uncordon node/myk8s-worker3')).toBe('node/myk8s-worker3 uncordoned\n');
  expect(await run('taint nodes myk8s-worker3 team=a:NoSchedule')).toBe('node/myk8s-worker3 tainted\n');
  expect(await run('taint node myk8s-worker3 team=b:NoSchedule')).toBe(
    'error: node myk8s-worker3 already has [{team b NoSchedule <nil>}] taint(s) with same effect(s) and --overwrite is false\n',
  );
  expect(await run('taint nodes myk8s-worker3 team-')).toBe('node/myk8s-worker3 untainted\n');
});

test('wait and delete take the time that the pod takes', async () => {
  await run('run brief --image=traefik/whoami');
  expect(await run('wait --for=condition=Ready pod/brief --timeout=60s')).toBe('pod/brief condition met\n');
  expect(await run(['wait', '--for=jsonpath={.status.phase}=Running', 'pod/brief'])).toBe('pod/brief condition met\n');
  expect(await run('delete pod brief')).toBe('pod "brief" deleted\n');
  expect(cluster.world.api.get('pods', 'default', 'brief')).toBeUndefined();
  expect(await cluster.run('delete pod brief --ignore-not-found')).toMatchObject({ exitCode: 0 });
});

test('config reads and writes the kubeconfig file', async () => {
  expect(await run('config current-context')).toBe('kind-myk8s\n');
  expect(await run('config get-contexts')).toBe(
    'CURRENT   NAME         CLUSTER      AUTHINFO     NAMESPACE\n*         kind-myk8s   kind-myk8s   kind-myk8s   \n',
  );
  expect(await run('config set-context --current --namespace=kube-system')).toBe('Context "kind-myk8s" modified.\n');
  expect(await run('get svc -o name')).toBe('service/kube-dns\n');
  expect(await run('config set-context --current --namespace=default')).toBe('Context "kind-myk8s" modified.\n');
  expect(await run('config use-context nope')).toBe('error: no context exists with the name: "nope"\n');
});

test('version and cluster-info', async () => {
  expect(await run('version')).toBe('Client Version: v1.31.0\nKustomize Version: v5.4.2\nServer Version: v1.31.0\n');
  expect(await run('cluster-info')).toMatch(
    /^Kubernetes control plane is running at (https:\S+)\nCoreDNS is running at \1\/api\/v1\/namespaces\/kube-system\/services\/kube-dns:dns\/proxy\n\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'\.\n$/,
  );
});

test('help lists the commands, and a command its flags', async () => {
  expect(await run([])).toContain('\n  describe        Show details of a specific resource or group of resources\n');
  expect(await run('get --help')).toContain('    -l, --selector:\n\tSelector (label query) to filter on\n');
});
