/** Objects of the lab, as its document writes them. */

const webpod = (number: number, node: string): string => `apiVersion: v1
kind: Pod
metadata: {name: webpod${number}, labels: {app: webpod}}
spec:
  nodeName: ${node}
  containers: [{name: container, image: traefik/whoami}]
  terminationGracePeriodSeconds: 0
`;

export const THREE_PODS = [webpod(1, 'myk8s-worker'), webpod(2, 'myk8s-worker2'), webpod(3, 'myk8s-worker3')].join('---\n');

export const NET_POD = `apiVersion: v1
kind: Pod
metadata: {name: net-pod}
spec:
  nodeName: myk8s-control-plane
  containers: [{name: netshoot-pod, image: nicolaka/netshoot, command: ["tail"], args: ["-f", "/dev/null"]}]
  terminationGracePeriodSeconds: 0
`;

export const clusterIP = (port = 9000, more = ''): string => `apiVersion: v1
kind: Service
metadata: {name: svc-clusterip}
spec:
  ports: [{name: svc-webport, port: ${port}, targetPort: 80}]
  selector: {app: webpod}
  type: ClusterIP
${more}`;

export const NODE_PORT = `apiVersion: v1
kind: Service
metadata: {name: svc-nodeport}
spec:
  ports: [{name: svc-webport, port: 9000, targetPort: 80, nodePort: 30123}]
  selector: {app: webpod}
  type: NodePort
`;

export const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: deploy-echo}
spec:
  replicas: 3
  selector: {matchLabels: {app: echo}}
  template:
    metadata: {labels: {app: echo}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{name: echo, image: traefik/whoami}]
`;
