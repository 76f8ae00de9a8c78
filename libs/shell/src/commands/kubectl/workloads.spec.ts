import { lab, type Lab } from './testing/run-kubectl.js';

let cluster: Lab;
const run = async (line: string | readonly string[]): Promise<string> => {
  const { stdout, stderr } = await cluster.run(line);
  return stdout + stderr;
};

beforeAll(() => {
  cluster = lab();
});

describe('deployments', () => {
  test('create, wait for the rollout, look at it', async () => {
    expect(await run('create deployment web --image=traefik/whoami --replicas=3 --port=80')).toBe('deployment.apps/web created\n');
    expect(await run('rollout status deploy web')).toBe('deployment "web" successfully rolled out\n');
    expect(await run('get deploy web --no-headers')).toMatch(/^web +3\/3 +3 +3 /);
    expect(await run('describe deploy web')).toMatch(
      /Replicas: +3 desired \| 3 updated \| 3 total \| 3 available \| 0 unavailable\n[^]*NewReplicaSet: +web-\w+ \(3\/3 replicas created\)\n[^]*ScalingReplicaSet +\d+s +deployment-controller +Scaled up replica set web-\w+ to 3\n/,
    );
  });

  test('a manifest instead of a deployment', async () => {
    expect(await run('create deployment other --image=nginx --dry-run=client -o yaml')).toBe(
      `apiVersion: apps/v1
kind: Deployment
metadata:
  creationTimestamp: null
  labels:
    app: other
  name: other
spec:
  replicas: 1
  selector:
    matchLabels:
      app: other
  strategy: {}
  template:
    metadata:
      creationTimestamp: null
      labels:
        app: other
    spec:
      containers:
      - image: nginx
        name: nginx
        resources: {}
status: {}
`,
    );
  });

  test('another image, the history, and back', async () => {
    expect(await run('set image deploy/web whoami=traefik/whoami:v1.10')).toBe('deployment.apps/web image updated\n');
    const followed = await run('rollout status deploy/web');
    expect(followed).toMatch(/successfully rolled out\n$/);
    expect(await run('set image deploy/web whoami=traefik/whoami:v1.10')).toBe('');
    expect(await run('set image deploy/web nope=nginx')).toBe('error: unable to find container named "nope"\n');
    expect(await run('rollout history deploy web')).toBe(
      'deployment.apps/web \nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n\n',
    );
    expect(await run('rollout history deploy/web --revision=2')).toMatch(
      /^deployment\.apps\/web with revision #2\nPod Template:\n  Labels:\tapp=web\n  \tpod-template-hash=\w+\n  Containers:\n   whoami:\n    Image:\ttraefik\/whoami:v1\.10\n/,
    );
    expect(await run('rollout undo deploy web')).toBe('deployment.apps/web rolled back\n');
    expect(await run('rollout history deploy web')).toBe(
      'deployment.apps/web \nREVISION  CHANGE-CAUSE\n2         <none>\n3         <none>\n\n',
    );
    expect(await run('get deploy web -o jsonpath={.spec.template.spec.containers[0].image}')).toBe('traefik/whoami');
    expect(await run('rollout undo deploy web --to-revision=9')).toBe('error: unable to find specified revision 9 in history\n');
    expect(await run('rollout undo deploy web --to-revision=3')).toBe(
      'deployment.apps/web skipped rollback (current template already matches revision 3)\n',
    );
  });

  test('restart, pause, resume', async () => {
    expect(await run('rollout restart deploy web')).toBe('deployment.apps/web restarted\n');
    expect(await run('rollout pause deploy web')).toBe('deployment.apps/web paused\n');
    expect(await run('rollout pause deploy web')).toBe('error: deployments.apps "web" is already paused\n');
    expect(await run('rollout restart deploy web')).toBe(
      `error: deployments.apps "web" can't restart paused deployment (run rollout resume first)\n`,
    );
    expect(await run('rollout undo deploy web')).toContain('you cannot rollback a paused deployment');
    expect(await run('rollout resume deploy web')).toBe('deployment.apps/web resumed\n');
    expect(await run('rollout resume deploy web')).toBe('error: deployments.apps "web" is not paused\n');
    expect(await run('rollout status deploy web')).toContain('successfully rolled out');
  });

  test('scale, with preconditions', async () => {
    expect(await run('scale deploy web --replicas=5')).toBe('deployment.apps/web scaled\n');
    expect(await run('get deploy web --no-headers')).toMatch(/^web +5\/5 +5 +5 /);
    expect(await run('scale deploy web --replicas=2 --current-replicas=9')).toBe('error: Expected replicas to be 9, was 5\n');
    expect(await run('scale deploy web')).toContain('The --replicas=COUNT flag is required');
    expect(await run('scale ds kube-proxy -n kube-system --replicas=2')).toBe(
      'Error from server (NotFound): the server could not find the requested resource\n',
    );
  });

  test('variables come and go', async () => {
    expect(await run('set env deploy/web MODE=test')).toBe('deployment.apps/web env updated\n');
    expect(await run('get deploy web -o jsonpath={.spec.template.spec.containers[0].env}')).toBe('[{"name":"MODE","value":"test"}]');
    expect(await run('set env deploy/web MODE-')).toBe('deployment.apps/web env updated\n');
    expect(await run('get deploy web -o jsonpath={.spec.template.spec.containers[0].env}')).toBe('');
  });

  test('deletion takes ReplicaSets and pods along, an orphaning one leaves them', async () => {
    expect(await run('delete deploy web')).toBe('deployment.apps "web" deleted\n');
    expect(await run('get rs,pods')).toBe('No resources found in default namespace.\n');
    await run('create deployment dd --image=traefik/whoami');
    expect(await run('delete deploy dd --cascade=orphan')).toBe('deployment.apps "dd" deleted\n');
    expect(await run('get rs,pods -o name')).toMatch(/^replicaset\.apps\/dd-\w+\npod\/dd-\w+-\w{5}\n$/);
    await run('delete rs --all');
  });
});

describe('daemon sets', () => {
  test('restart, history and rollout', async () => {
    const before = await run('get pods -n kube-system -l k8s-app=kube-proxy -o name');
    expect(await run('rollout restart ds kube-proxy -n kube-system')).toBe('daemonset.apps/kube-proxy restarted\n');
    expect(await run('rollout status ds kube-proxy -n kube-system')).toMatch(/daemon set "kube-proxy" successfully rolled out\n$/);
    const after = await run('get pods -n kube-system -l k8s-app=kube-proxy -o name');
    expect(after.split('\n').filter((name) => name && before.includes(name))).toEqual([]);
    expect(await run('rollout history ds kube-proxy -n kube-system')).toBe(
      'daemonset.apps/kube-proxy \nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n\n',
    );
    expect(await run('rollout undo ds kube-proxy -n kube-system')).toBe('daemonset.apps/kube-proxy rolled back\n');
  });
});

describe('drain', () => {
  test('hesitates, then evicts', async () => {
    await run('create deployment web --image=traefik/whoami --replicas=4');
    await run('run lonely --image=traefik/whoami');
    const node = (await run('get pod lonely -o jsonpath={.spec.nodeName}')).trim();
    const refused = await cluster.run(['drain', node]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toBe(`node/${node} cordoned\n`);
    expect(refused.stderr).toMatch(
      new RegExp(
        `^error: unable to drain node "${node}" due to error: \\[cannot delete DaemonSet-managed Pods \\(use --ignore-daemonsets to ignore\\): ` +
          `kube-system/kindnet-\\w+, kube-system/kube-proxy-\\w+, cannot delete cannot delete Pods that declare no controller ` +
          `\\(use --force to override\\): default/lonely\\], continuing command\\.\\.\\.\nThere are pending nodes to be drained:\n ${node}\ncannot delete DaemonSet-managed`,
      ),
    );
    const drained = await cluster.run(['drain', node, '--ignore-daemonsets', '--force']);
    expect(drained.exitCode).toBe(0);
    expect(drained.stdout).toMatch(new RegExp(`^node/${node} already cordoned\n(pod/\\S+ evicted\n)+node/${node} drained\n$`));
    expect(drained.stderr).toMatch(
      /^Warning: deleting Pods that declare no controller: default\/lonely; ignoring DaemonSet-managed Pods: .*\nevicting pod /,
    );
    expect(await run(`get pods -A --field-selector spec.nodeName=${node} -o name`)).toMatch(/^pod\/kindnet-\w+\npod\/kube-proxy-\w+\n$/);
    expect(await run('get deploy web --no-headers')).toMatch(/^web +4\/4 /);
    expect(await run(['uncordon', node])).toBe(`node/${node} uncordoned\n`);
  });
});

describe('logs', () => {
  test('what servers and commands write, now and before the last restart', async () => {
    await run('run hello --image=traefik/whoami');
    expect(await run('logs hello')).toMatch(/^\d{4}\/\d\d\/\d\d [\d:]+ Starting up on port 80\n$/);
    await run(['run', 'talker', '--image=busybox', '--', 'sh', '-c', 'for i in 1 2 3; do echo line $i; sleep 1; done; exit 4']);
    expect(await run('logs talker --tail=2 --previous')).toBe('line 2\nline 3\n');
    expect(await run('logs talker --timestamps --previous --tail=1')).toMatch(/^[\d-]+T[\d:.]+Z line 3\n$/);
    expect(await run('get pod talker --no-headers')).toMatch(/ (CrashLoopBackOff|Error|Running) +[1-9]/);
    expect(await run('describe pod talker')).toMatch(/Last State: +Terminated\n +Reason: +Error\n +Exit Code: +4\n/);
    expect(await run('logs hello -c nope')).toContain('container nope');
    expect(await run('logs hello --previous')).toBe(
      'Error from server (BadRequest): previous terminated container "hello" in pod "hello" not found\n',
    );
    await run('run nowhere --image=registry.example/none');
    expect(await run('logs nowhere')).toMatch(
      /^Error from server \(BadRequest\): container "nowhere" in pod "nowhere" is waiting to start: trying and failing to pull image\n$/,
    );
  });
});

test('a job runs a command to its end', async () => {
  expect(await run(['create', 'job', 'sum', '--image=busybox', '--', 'echo', '42'])).toBe('job.batch/sum created\n');
  expect(await run('get job sum --no-headers')).toMatch(/^sum +Complete +1\/1 /);
  expect(await run('logs job/sum')).toBe('42\n');
});
