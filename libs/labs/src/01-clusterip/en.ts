/** The chapter's checks in English. */
export const en = {
  'take-out.title': 'webpod3 is out, and still running',
  'take-out.task': 'Any way that works is right.',
  'take-out.service': 'The Service has an address',
  'take-out.running': 'webpod3 is running',
  'take-out.endpoints': 'Two endpoints are left: webpod1 and webpod2',
  'take-out.nodes': 'Every node chooses between these two',
  'take-out.hint-1':
    'A Service finds its pods by label and by nothing else. Compare `kubectl get pod --show-labels` with the selector in `kubectl describe svc svc-clusterip`.',
  'take-out.hint-2': 'A label of a running pod can be changed: `kubectl label` takes a key with a minus behind it to remove that label.',

  'stay.title': 'net-pod keeps its pod for ten minutes',
  'stay.task': 'The default is three hours. Any way that works is right.',
  'stay.affinity': 'The Service remembers clients by their address',
  'stay.timeout': 'It forgets them after 600 seconds',
  'stay.rules': 'The rules of every node say 600 seconds',
  'stay.stays': 'The next connection of net-pod can go to one pod only',
  'stay.tracked': 'conntrack shows net-pod connected to that pod',
  'stay.hint-1': 'The time is a field of the Service. With affinity on, `kubectl get svc svc-clusterip -o yaml` shows it with its default.',
  'stay.hint-2':
    'Patch `timeoutSeconds` in `spec.sessionAffinityConfig.clientIP`. A node remembers a client when the client connects: send a request afterwards.',

  'found.no-service': 'There is no Service `svc-clusterip` in namespace `default`.',
  'found.headless': 'Its `clusterIP` is `None`: a headless Service has no address and no rules.',
  'found.address': '`{address}`',
  'found.no-pod': 'There is no pod `{pod}` in namespace `default`.',
  'found.pod-ending': '`{pod}` is being deleted.',
  'found.pod-phase': '`{pod}` is `{phase}`.',
  'found.pod-runs': '`{address}` on `{node}`',
  'found.endpoints': '`{addresses}`',
  'found.still-selected': 'Endpoints: {count}. `{slice}` still lists `{address}`, because {pod} still has the label `{label}`.',
  'found.by-hand':
    'Endpoints: {count}. `{slice}` lists `{address}`, which the selector of the Service does not ask for: somebody wrote it by hand.',
  'found.no-selector': 'Endpoints: {count}. The Service has no selector, so nobody looks for its pods.',
  'found.endpoint-no-pod': 'Endpoints: {count}. {pod} is missing: there is no such pod.',
  'found.not-selected': 'Endpoints: {count}. {pod} is missing: it lacks the label `{label}`.',
  'found.not-ready': 'Endpoints: {count}. {pod} has the right labels and is missing because it is not Ready.',
  'found.node-no-rules': 'On `{node}` no rule takes `{address}:{port}`.',
  'found.node-chooses': 'On `{node}` chain `{chain}` leads to `{addresses}`.',
  'found.nodes-choose': '{count} nodes, each to `{addresses}`',
  'found.affinity': '`sessionAffinity: {affinity}`',
  'found.timeout': '`timeoutSeconds: {seconds}`',
  'found.no-endpoints': 'The Service has no endpoints: on `{node}` connections to `{address}:{port}` are refused.',
  'found.node-seconds': 'On `{node}` chain `{chain}` asks for `{seconds}` seconds.',
  'found.nodes-ask': '{count} nodes, each with `--rcheck --seconds {seconds}`',
  'found.stays': '`{pod}`',
  'found.may-go': 'It can go to {shares}. `{node}` has not seen a connection of `{address}` within {seconds} seconds.',
  'found.not-answered': 'It would not be answered: {disposition}.',
  'found.tracked': 'On `{node}`, from port {sport}; answers come from `{reply}`.',
  'found.not-tracked':
    'On `{node}` no connection from `{source}` to `{address}:{port}` is answered by {pod}. An entry is kept for 120 seconds after the connection has closed.',
} as const;

export type TextKey = keyof typeof en;
