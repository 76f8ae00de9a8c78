import { type Area, check } from '../check.js';

export const streams: Area = {
  name: 'streams',
  checks: [
    check('run a command', 'exec net-pod -- hostname', { stdout: 'net-pod' }),
    check('tell its exit code', ['exec', 'net-pod', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7'], {
      exitCode: 7,
      stdout: [/^out$/m],
      stderr: [/^err$/m, /command terminated with exit code 7/],
    }),
    check('carry input', 'exec -i net-pod -- cat', { stdin: 'one\ntwo\n', stdout: 'one\ntwo' }),
    check('carry much input', 'exec -i net-pod -- wc -c', { stdin: 'x'.repeat(200_000), stdout: '200000' }),
    check('miss a program', 'exec net-pod -- nosuch', { exitCode: 1, stderr: [/executable file not found in \$PATH/] }),
    check('miss a pod', 'exec nosuch -- ls', { exitCode: 1, stderr: [/pods "nosuch" not found/] }),
    check('miss a container', 'exec net-pod -c nosuch -- ls', { exitCode: 1, stderr: [/container nosuch is not valid for pod net-pod/] }),
    check('reach a service', ['exec', 'net-pod', '--', 'sh', '-c', 'curl -s --connect-timeout 2 svc-clusterip:9000 | grep Hostname'], {
      stdout: [/^Hostname: webpod\d$/m],
    }),
    check('show a log', 'logs webpod1', { stdout: [/./] }),
    check('show the end of a log', 'logs webpod1 --tail=1', {
      judge: (stdout) => (stdout.trim().split('\n').length === 1 ? undefined : stdout),
    }),
    check('wait for a field', ['wait', '--for=jsonpath={.status.phase}=Running', 'pod/webpod1', '--timeout=10s'], {
      stdout: 'pod/webpod1 condition met',
      since: 23,
    }),
    check('give up waiting', 'wait --for=condition=Never pod/webpod1 --timeout=1s', {
      exitCode: 1,
      stderr: [/timed out waiting for the condition/],
    }),
    check('add a container to a running pod', 'debug net-pod --image=busybox --attach=false -c dbg', { since: 25 }),
    check('show it', ['get', 'pod', 'net-pod', '-o', 'jsonpath={.spec.ephemeralContainers[*].name}'], { stdout: 'dbg', since: 25 }),
  ],
};
