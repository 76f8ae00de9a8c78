const webPod = (name: string, node: string): string => `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  labels:
    app: webpod
spec:
  nodeName: ${node}
  containers:
  - name: container
    image: traefik/whoami
  terminationGracePeriodSeconds: 0
`;

export const WEB_PODS = [webPod('webpod1', 'myk8s-worker'), webPod('webpod2', 'myk8s-worker2'), webPod('webpod3', 'myk8s-worker3')].join(
  '---\n',
);

export const CLIENT_POD = `apiVersion: v1
kind: Pod
metadata:
  name: net-pod
spec:
  nodeName: myk8s-control-plane
  containers:
  - name: netshoot-pod
    image: nicolaka/netshoot
    command: ["tail"]
    args: ["-f", "/dev/null"]
  terminationGracePeriodSeconds: 0
`;

export const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: svc-clusterip
spec:
  type: ClusterIP
  selector:
    app: webpod
  ports:
  - name: svc-webport
    port: 9000
    targetPort: 80
`;

/** The lines that write a manifest to a file and apply it. */
export const apply = (file: string, manifest: string): string => `cat <<EOT > ${file}\n${manifest}EOT\nkubectl apply -f ${file}`;
