import { lab, type Lab } from './testing/run-kubectl.js';

let cluster: Lab;

beforeAll(() => {
  cluster = lab();
  cluster.file('broken.yaml', 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n   labels: {}\n');
  cluster.file('typo.yaml', 'apiVersion: v1\nkind: Servce\nmetadata:\n  name: web\n');
  cluster.file('nothing-set.yaml', 'metadata:\n  name: web\n');
  cluster.file('no-kind.yaml', 'apiVersion: v1\nmetadata:\n  name: web\n');
  cluster.file('text.yaml', 'just text\n');
  cluster.file('empty.yaml', '# nothing here\n---\n');
  cluster.file('bad-field.yaml', 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  bogus: 1\n  ports:\n  - port: 80\n');
  cluster.file(
    'bad-port.yaml',
    'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n  - port: 0\n    targetPort: 80\n',
  );
  cluster.file('two-ports.yaml', 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n  - port: 80\n  - port: 81\n');
  cluster.file('elsewhere.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n  namespace: nowhere\n');
  cluster.file('one-good.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: good\n---\nkind: Odd\napiVersion: v1\n');
  cluster.file('notes/readme.txt', 'not a manifest');
});

test.each<[string, string]>([
  ['get pods nope', 'Error from server (NotFound): pods "nope" not found'],
  ['get deployments.apps nope', 'Error from server (NotFound): deployments.apps "nope" not found'],
  ['get servicecidr', 'error: the server doesn\'t have a resource type "servicecidr"'],
  ['get pods', 'No resources found in default namespace.'],
  ['get pods -n nowhere', 'No resources found in nowhere namespace.'],
  ['get pods -A -l no=such', 'No resources found'],
  ['get pods a -A', 'error: a resource cannot be retrieved by name across all namespaces'],
  ['get pods a -l b=c', 'error: name cannot be provided when a selector is specified'],
  [
    'get pods svc/kubernetes',
    "error: there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'",
  ],
  [
    'get nodes -o foo',
    'error: unable to match a printer suitable for the output format "foo", allowed formats are: custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,wide,yaml',
  ],
  ['get nodes -o jsonpath', 'error: template format specified but no template given'],
  ['get nodes -o go-template={{.}}', 'error: output format go-template is not simulated yet'],
  ['get nodes -o custom-columns=NAME', 'error: unexpected custom-columns spec: NAME, expected <header>:<json-path-expr>'],
  ['get nodes --sort-by=.nope', 'error: couldn\'t find any field with path "{.nope}" in the list of objects'],
  ['get nodes --foo', "error: unknown flag: --foo\nSee 'kubectl get --help' for usage."],
  ['get nodes --watch-only', 'error: --watch-only is not simulated yet'],
  [
    'get nodes -l a,,in',
    'Error from server (BadRequest): Unable to find "/v1, Resource=nodes" that match label selector "a,,in", field selector "": ',
  ],
  ['gte nodes', 'error: unknown command "gte" for "kubectl"\n\nDid you mean this?\n\tget'],
  ['frobnicate', 'error: unknown command "frobnicate" for "kubectl"'],
  ['edit svc kubernetes', 'error: kubectl edit is not simulated yet'],
  ['port-forward svc/kubernetes 1', 'error: kubectl port-forward is not simulated yet'],
  ['top nodes', 'error: Metrics API not available'],
  ['apply', 'error: must specify one of -f and -k'],
  ['apply -f none.yaml', 'error: the path "none.yaml" does not exist'],
  ['apply -f notes', 'error: error reading [notes]: recognized file extensions are [.json .yaml .yml]'],
  ['apply -f empty.yaml', 'error: no objects passed to apply'],
  ['create -f empty.yaml', 'error: no objects passed to create'],
  [
    'apply -f broken.yaml',
    'error: error parsing broken.yaml: error converting YAML to JSON: yaml: line 5: mapping values are not allowed in this context',
  ],
  [
    'apply -f nothing-set.yaml',
    'error: error validating "nothing-set.yaml": error validating data: [apiVersion not set, kind not set]; if you choose to ignore these errors, turn validation off with --validate=false',
  ],
  [
    'apply -f no-kind.yaml',
    'error: error validating "no-kind.yaml": error validating data: kind not set; if you choose to ignore these errors, turn validation off with --validate=false',
  ],
  ['apply -f no-kind.yaml --validate=false', 'error: unable to decode "no-kind.yaml": Object \'Kind\' is missing in '],
  [
    'apply -f text.yaml',
    'error: error validating "text.yaml": error validating data: invalid object to validate; if you choose to ignore these errors, turn validation off with --validate=false',
  ],
  [
    'apply -f typo.yaml',
    'error: resource mapping not found for name: "web" namespace: "" from "typo.yaml": no matches for kind "Servce" in version "v1"\nensure CRDs are installed first',
  ],
  [
    'apply -f bad-field.yaml',
    'Error from server (BadRequest): error when creating "bad-field.yaml": Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field "spec.bogus"',
  ],
  ['apply -f bad-port.yaml', 'The Service "web" is invalid: spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive'],
  [
    'create -f two-ports.yaml',
    'The Service "web" is invalid: \n* spec.ports[0].name: Required value\n* spec.ports[1].name: Required value',
  ],
  ['apply -f elsewhere.yaml', 'Error from server (NotFound): error when creating "elsewhere.yaml": namespaces "nowhere" not found'],
  [
    'apply -f elsewhere.yaml -n default',
    'error: the namespace from the provided object "nowhere" does not match the namespace "default". You must pass \'--namespace=nowhere\' to perform this operation.',
  ],
  ['create ns default', 'Error from server (AlreadyExists): namespaces "default" already exists'],
  ['create cm kube-root-ca.crt', 'error: failed to create configmap: configmaps "kube-root-ca.crt" already exists'],
  ['create ns', "error: exactly one NAME is required, got 0\nSee 'kubectl create namespace -h' for help and examples"],
  ['create service clusterip web', 'error: at least one tcp port specifier must be provided'],
  ['run web', 'error: --image is required'],
  ['run web --image=Not/Valid', 'error: Invalid image name "Not/Valid": invalid reference format'],
  ['delete pod', 'error: resource(s) were provided, but no name was specified'],
  ['delete pod nope', 'Error from server (NotFound): pods "nope" not found'],
  ['delete pod --all -l a=b', 'error: cannot set --all and --selector at the same time'],
  ['patch svc kubernetes', 'error: must specify --patch or --patch-file containing the contents of the patch'],
  ['patch svc kubernetes -p {} --type=foo', 'error: --type must be one of [json merge strategic], not "foo"'],
  ['label svc kubernetes component=x', "error: 'component' already has a value (apiserver), and --overwrite is false"],
  ['label svc kubernetes', 'error: at least one label update is required'],
  ['exec', 'error: pod, type/name or --filename must be specified'],
  ['exec nope', 'error: you must specify at least one command for the container'],
  ['exec nope -- ls', 'Error from server (NotFound): pods "nope" not found'],
  [
    'exec nope ls',
    "error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples",
  ],
  ['exec -n kube-system etcd-myk8s-control-plane -c nope -- ls', 'error: container nope not found in pod etcd-myk8s-control-plane'],
  [
    'wait --for=condition=Ready node/myk8s-worker --timeout=x',
    'error: invalid argument "x" for "--timeout" flag: time: invalid duration "x"',
  ],
  ['wait --for=condition=Nope node/myk8s-worker --timeout=1s', 'error: timed out waiting for the condition on nodes/myk8s-worker'],
  ['taint nodes myk8s-worker a=b:Never', 'error: invalid taint effect: Never, unsupported taint effect'],
  ['get nodes --context nope', 'error: context "nope" does not exist'],
])('kubectl %s: %s', async (line, expected) => {
  const { stderr, exitCode } = await cluster.run(line);
  const open = expected.endsWith(' ');
  expect(open ? stderr.slice(0, expected.length) : stderr.trimEnd()).toBe(expected);
  expect(exitCode).toBe(expected.startsWith('No resources') ? 0 : 1);
});

test('a bad document does not keep the good ones from being applied', async () => {
  expect(await cluster.run('apply -f one-good.yaml')).toEqual({
    stdout: 'configmap/good created\n',
    stderr:
      'error: resource mapping not found for name: "" namespace: "" from "one-good.yaml": no matches for kind "Odd" in version "v1"\nensure CRDs are installed first\n',
    exitCode: 1,
  });
});

test('an index beyond the end shows the template and the object it was applied to', async () => {
  const { stderr, exitCode } = await cluster.run(['get', 'ns', 'default', '-o', 'jsonpath={.spec.finalizers[3]}']);
  expect(stderr).toMatch(
    /^error: error executing jsonpath "\{\.spec\.finalizers\[3\]\}": Error executing template: array index out of bounds: index 3, length 1\. /,
  );
  expect(stderr).toContain('\tobject given to jsonpath engine was:\n\t\tmap[string]interface {}{"apiVersion":"v1", "kind":"Namespace", ');
  expect(exitCode).toBe(1);
});

test('a program that the image does not have is refused as containerd does', async () => {
  const { stderr, exitCode } = await cluster.run('exec -n kube-system etcd-myk8s-control-plane -- no-such-program');
  expect(stderr.replace(/"[\da-f]{64}"/, '"ID"')).toBe(
    'error: Internal error occurred: Internal error occurred: error executing command in container: failed to exec in container: failed to start exec "ID": ' +
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "no-such-program": executable file not found in $PATH: unknown\n',
  );
  expect(exitCode).toBe(1);
});

test('without a cluster there is nobody to answer', async () => {
  const empty = lab('empty');
  expect(await empty.run('get pods')).toEqual({
    stdout: '',
    stderr: 'The connection to the server localhost:8080 was refused - did you specify the right host or port?\n',
    exitCode: 1,
  });
  expect(await empty.run('config current-context')).toEqual({ stdout: '', stderr: 'error: current-context is not set\n', exitCode: 1 });
});
