import { type Area, check } from '../check.js';
import { clusterIP, NET_POD, NODE_PORT, THREE_PODS } from '../manifests.js';

const LAB = [THREE_PODS, NET_POD, clusterIP()].join('---\n');

export const objects: Area = {
  name: 'objects',
  checks: [
    check('are created by apply', 'apply -f -', {
      stdin: LAB,
      stdout: 'pod/webpod1 created\npod/webpod2 created\npod/webpod3 created\npod/net-pod created\nservice/svc-clusterip created',
    }),
    check('are left alone by a second apply', 'apply -f -', { stdin: LAB, absent: [/created|configured/] }),
    check('are waited for', 'wait --for=condition=Ready pod/webpod1 pod/webpod2 pod/webpod3 pod/net-pod --timeout=30s', {
      stdout: [/pod\/net-pod condition met/],
    }),
    check('are listed with columns of the server', 'get pods -o wide', {
      stdout: [
        /^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES$/m,
        /^webpod1 +1\/1 +Running +0 .* myk8s-worker /m,
      ],
    }),
    check('are chosen by label', ['get', 'pods', '-l', 'app in (webpod,x),app!=y', '-o', 'name'], {
      stdout: 'pod/webpod1\npod/webpod2\npod/webpod3',
    }),
    check('are chosen by field', 'get pods --field-selector spec.nodeName=myk8s-worker2 -o name', { stdout: 'pod/webpod2' }),
    check('come in portions', 'get pods --chunk-size=2 -o name', { stdout: 'pod/net-pod\npod/webpod1\npod/webpod2\npod/webpod3' }),
    check('are sorted', 'get pods --sort-by=.metadata.name -o name', { stdout: [/net-pod\npod\/webpod1/] }),
    check('show labels', 'get pods --show-labels', { stdout: [/^webpod1 .*app=webpod$/m] }),
    check('show a column per label', 'get pods -L app', { stdout: [/ APP$/m, /^webpod2 .*webpod$/m] }),
    check('come as JSON without their managers', 'get pod webpod1 -o json', {
      judge: (stdout) => ('managedFields' in JSON.parse(stdout).metadata ? 'managedFields' : undefined),
    }),
    check('tell their managers on request', 'get pod webpod1 -o yaml --show-managed-fields', {
      stdout: [/manager: kubectl-client-side-apply/],
      since: 21,
    }),
    check('are printed by columns of one’s own', 'get pods -o custom-columns=N:.metadata.name,P:.status.phase', {
      stdout: [/^webpod3 +Running$/m],
    }),
    check('are listed by kinds', 'get all', { stdout: [/^pod\/webpod1 /m, /^service\/svc-clusterip /m] }),
    check('have endpoints', 'get ep svc-clusterip', {
      stdout: [/10\.10\.1\.\d+:80,10\.10\.2\.\d+:80,10\.10\.3\.\d+:80/],
      eventually: true,
    }),
    check('have slices', 'get endpointslices -l kubernetes.io/service-name=svc-clusterip', {
      stdout: [/^svc-clusterip-\w{5} +IPv4 +80 +\S+,\S+,\S+ /m],
      since: 21,
    }),
    check('are described: a service', 'describe svc svc-clusterip', {
      stdout: [/^Endpoints: +(\S+:80,?){3}$/m, /^Session Affinity: +None$/m],
      since: 31,
    }),
    check('are described: a pod', 'describe pod webpod1', {
      stdout: [/^Node: +myk8s-worker\/172\.18\./m, /^QoS Class: +BestEffort$/m, /^Events:/m],
    }),
    check('leave events', 'get events', { stdout: [/Normal +Started +pod\/webpod1 /] }),
    check('are told from what is not there', 'get pod nosuch', {
      exitCode: 1,
      stderr: [/^Error from server \(NotFound\): pods "nosuch" not found$/m],
    }),
    check('are not made twice', 'create -f -', {
      stdin: clusterIP(),
      exitCode: 1,
      stderr: [/\(AlreadyExists\).*services "svc-clusterip" already exists/],
    }),
    check('have no fields that nobody knows', 'apply -f -', {
      stdin: clusterIP(9000, '  bogus: 1\n'),
      exitCode: 1,
      stderr: [/unknown field "spec\.bogus"/],
      since: 25,
    }),
    check('must be valid', 'create -f -', {
      stdin: NET_POD.replace('net-pod}', 'Net_Pod}'),
      exitCode: 1,
      stderr: [/The Pod "Net_Pod" is invalid: metadata\.name: Invalid value: "Net_Pod": a lowercase RFC 1123 subdomain/],
    }),
    check('need their namespace', 'apply -n nowhere -f -', { stdin: NODE_PORT, exitCode: 1, stderr: [/namespaces "nowhere" not found/] }),
    check('are tried without being kept', 'create -f - --dry-run=server -o jsonpath={.spec.ports[0].nodePort}', {
      stdin: NODE_PORT,
      stdout: '30123',
      since: 25,
    }),
    check('that were tried are not there', 'get svc svc-nodeport', { exitCode: 1, stderr: [/NotFound/] }),
    check('are made with a port of the nodes', 'create -f -', { stdin: NODE_PORT, stdout: 'service/svc-nodeport created' }),
    check('show it', 'get svc svc-nodeport', { stdout: [/9000:30123\/TCP/] }),
    check('are told to apart from what is wanted', 'diff -f -', {
      stdin: clusterIP(9001),
      exitCode: 1,
      stdout: [/^-.*port: 9000/m, /^\+.*port: 9001/m],
      since: 25,
    }),
    check('are changed by apply', 'apply -f -', { stdin: clusterIP(9001), stdout: 'service/svc-clusterip configured' }),
    check('are applied on the server', 'apply --server-side -f -', {
      stdin: clusterIP(9001),
      stdout: 'service/svc-clusterip serverside-applied',
    }),
    check('are patched as kinds merge', ['patch', 'svc', 'svc-clusterip', '-p', '{"spec":{"ports":[{"port":9100,"name":"second"}]}}'], {
      stdout: [/patched$/m],
    }),
    check('were merged by key', ['get', 'svc', 'svc-clusterip', '-o', 'jsonpath={.spec.ports[*].port}'], {
      judge: (stdout) => (stdout.trim().split(' ').toSorted().join() === '9001,9100' ? undefined : stdout),
    }),
    check('conflict with what others set', 'apply --server-side -f -', {
      stdin: clusterIP(9001).replace('ClusterIP', 'ClusterIP\n  sessionAffinity: None') + '---\n' + NODE_PORT.replace('30123', '30124'),
      exitCode: 1,
      stderr: [
        /Apply failed with 1 conflict: conflict with "kubectl-create" using v1: \.spec\.ports\[port=9000,protocol="TCP"\]\.nodePort/,
      ],
    }),
    check('are taken over by force', 'apply --server-side --force-conflicts -f -', {
      stdin: NODE_PORT.replace('30123', '30124'),
      stdout: [/serverside-applied/],
    }),
    check('are patched as JSON', ['patch', 'svc', 'svc-clusterip', '--type=json', '-p', '[{"op":"remove","path":"/spec/ports/1"}]'], {
      stdout: [/patched$/m],
    }),
    check('are patched to what they are', ['patch', 'svc', 'svc-clusterip', '--type=merge', '-p', '{"spec":{"type":"ClusterIP"}}'], {
      stdout: [/patched \(no change\)/],
    }),
    check('are edited', 'edit svc svc-clusterip', {
      env: { KUBE_EDITOR: 'sed -i "s/sessionAffinity: None/sessionAffinity: ClientIP/"' },
      stdout: [/edited/],
    }),
    check('get what they lack', ['get', 'svc', 'svc-clusterip', '-o', 'jsonpath={.spec.sessionAffinityConfig.clientIP.timeoutSeconds}'], {
      stdout: '10800',
    }),
    check('are labelled', 'label pod webpod1 tier=front', { stdout: 'pod/webpod1 labeled' }),
    check('are annotated', 'annotate svc svc-clusterip note=x', { stdout: 'service/svc-clusterip annotated' }),
    check('are replaced, and keep their address', 'replace -f -', { stdin: clusterIP(9000), stdout: 'service/svc-clusterip replaced' }),
    check('are exposed', 'expose pod webpod1 --port=80 --name=exposed', { stdout: 'service/exposed exposed' }),
    check('are run', 'run one --image=nicolaka/netshoot --restart=Never --command -- tail -f /dev/null', { stdout: 'pod/one created' }),
    check('are made by a command: a ConfigMap', 'create cm settings --from-literal=a=b', { stdout: 'configmap/settings created' }),
    check('are made by a command: a Secret', 'create secret generic words --from-literal=a=b', { stdout: 'secret/words created' }),
    check('are made by a command: a ServiceAccount', 'create sa robot', { stdout: 'serviceaccount/robot created' }),
    check('are made by a command: a Namespace', 'create ns apart', { stdout: 'namespace/apart created' }),
    check('are made by a command: a Service', 'create svc clusterip bare --tcp=80:8080', { stdout: 'service/bare created' }),
    check('of a namespace go with it', 'delete ns apart', { stdout: [/^namespace "apart" deleted/m] }),
    check('that nothing carries out say so', 'apply -f -', {
      stdin: 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: np}\nspec: {podSelector: {}}\n',
      stderr: [/Warning: NetworkPolicies are not enforced/],
      since: 25,
    }),
    check('are explained', 'explain pod.spec.containers', { stdout: [/image\s+<string>/, /name\s+<string> -required-/], since: 27 }),
    check('are explained: their fields', 'explain deploy.spec.replicas', { stdout: [/replicas <integer>/], since: 27 }),
    check('are cleared away', 'delete svc exposed bare svc-nodeport --ignore-not-found', { stdout: [/service "exposed" deleted/] }),
    check('are ended at once', 'delete pod one --now', { stdout: [/pod "one" deleted/] }),
  ],
};
