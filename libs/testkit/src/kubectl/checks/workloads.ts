import { type Area, check } from '../check.js';
import { DEPLOYMENT, THREE_PODS } from '../manifests.js';

const rolledOut = check('roll out', 'rollout status deploy/deploy-echo --timeout=60s', { stdout: [/successfully rolled out/] });

export const workloads: Area = {
  name: 'workloads',
  checks: [
    check('are created', 'create -f -', { stdin: DEPLOYMENT, stdout: 'deployment.apps/deploy-echo created' }),
    rolledOut,
    check('are listed', 'get deploy deploy-echo', { stdout: [/^deploy-echo +3\/3 +3 +3 /m] }),
    check('name their pods', 'get pods -l app=echo -o name', { stdout: [/^(pod\/deploy-echo-[a-z0-9]{8,10}-[a-z0-9]{5}\s*){3}$/] }),
    check('are scaled', 'scale deploy deploy-echo --replicas=4', { stdout: 'deployment.apps/deploy-echo scaled' }),
    check('are scaled from a known size alone', 'scale deploy deploy-echo --replicas=5 --current-replicas=9', {
      exitCode: 1,
      stderr: [/Expected replicas to be 9, was 4/],
    }),
    check('get another image', 'set image deploy/deploy-echo echo=traefik/whoami:v1.10', {
      stdout: 'deployment.apps/deploy-echo image updated',
    }),
    rolledOut,
    check('have a history', 'rollout history deploy deploy-echo', { stdout: [/^1 +<none>$/m, /^2 +<none>$/m] }),
    check('go back', 'rollout undo deploy deploy-echo', { stdout: 'deployment.apps/deploy-echo rolled back' }),
    rolledOut,
    check('are restarted', 'rollout restart deploy deploy-echo', { stdout: 'deployment.apps/deploy-echo restarted' }),
    rolledOut,
    check('are described', 'describe deploy deploy-echo', {
      stdout: [/^Replicas: +4 desired \| 4 updated \| 4 total/m, /^StrategyType: +RollingUpdate$/m],
    }),
    check('are made by a command', 'create deployment dd --image=traefik/whoami --replicas=2', {
      stdout: 'deployment.apps/dd created',
      since: 19,
    }),
    check('run in time', 'get deploy dd --no-headers', { stdout: [/^dd +2\/2/], eventually: true }),
    check('replace a pod that goes', 'delete pod -l app=dd', { stdout: [/pod "dd-\S+" deleted/] }),
    check('are whole again', 'get deploy dd --no-headers', { stdout: [/^dd +2\/2/], eventually: true }),
    check('leave orphans where they are told to', 'delete deploy dd --cascade=orphan', { stdout: [/"dd" deleted/], since: 20 }),
    check('have left some', 'get rs -l app=dd -o name', { stdout: [/^replicaset\.apps\/dd-/] }),
    check('take their pods along', 'delete rs -l app=dd', { stdout: [/deleted/] }),
    check('are no longer scheduled on a cordoned node', 'cordon myk8s-worker3', { stdout: 'node/myk8s-worker3 cordoned' }),
    check('see that', 'get node myk8s-worker3', { stdout: [/Ready,SchedulingDisabled/] }),
    check('are protected from a drain', 'drain myk8s-worker3 --ignore-daemonsets', { exitCode: 1, stderr: [/declare no controller/] }),
    check('are drained by force', 'drain myk8s-worker3 --ignore-daemonsets --force', {
      stdout: [/pod\/webpod3 evicted/, /node\/myk8s-worker3 drained/],
    }),
    check('may come again', 'uncordon myk8s-worker3', { stdout: 'node/myk8s-worker3 uncordoned' }),
    check('come again', 'apply -f -', { stdin: THREE_PODS, stdout: [/pod\/webpod3 created/] }),
    check('are kept off by a taint', 'taint node myk8s-worker3 k=v:NoSchedule', { stdout: 'node/myk8s-worker3 tainted' }),
    check('lose it', 'taint node myk8s-worker3 k-', { stdout: 'node/myk8s-worker3 untainted' }),
    check('do not grow by themselves', 'autoscale deploy deploy-echo --max=5', {
      exitCode: 1,
      stderr: [/HorizontalPodAutoscaler|horizontalpodautoscaler/],
    }),
    check('go with all they have', 'delete deploy deploy-echo', { stdout: [/"deploy-echo" deleted/] }),
    check('have gone', 'get rs,pods -l app=echo -o name', { stdout: '', eventually: true }),
  ],
};
