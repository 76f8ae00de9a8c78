/** A server, a pod with a shell beside it, and a Service: what clients are tried on. */
export const MANIFEST = `apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: c, image: traefik/whoami}], terminationGracePeriodSeconds: 0}
---
apiVersion: v1
kind: Pod
metadata: {name: net-pod}
spec: {containers: [{name: c, image: nicolaka/netshoot, command: [tail], args: [-f, /dev/null]}], terminationGracePeriodSeconds: 0}
---
apiVersion: v1
kind: Service
metadata: {name: svc}
spec: {ports: [{port: 9000, targetPort: 80}], selector: {app: web}}
`;
