import { type Area, check } from '../check.js';

export const cluster: Area = {
  name: 'cluster',
  checks: [
    check('tells its version', 'version', { stdout: [/Server Version:.*v1\.31\.0/] }),
    check('says where it is', 'cluster-info', { stdout: [/control plane.* is running at/, /CoreDNS.* is running at/] }),
    check('lists what it serves', 'api-resources', {
      stdout: [/^pods +po +v1 +true +Pod$/m, /^deployments +deploy +apps\/v1 +true +Deployment$/m, /^networkpolicies +netpol +networking/m],
      absent: [/servicecidr/],
    }),
    check('lists versions', 'api-versions', { stdout: [/^v1$/m, /^apps\/v1$/m, /^batch\/v1$/m, /^networking\.k8s\.io\/v1$/m] }),
    check('lets its owner do everything', 'auth can-i create deployments', { stdout: 'yes' }),
    check('lists the rights of its owner', 'auth can-i --list', { stdout: [/^Resources/, /\*\.\*/] }),
    check('says who asks', 'auth whoami', { stdout: [/Username +\S+/], since: 27 }),
    check('dumps itself', 'cluster-info dump', {
      stdout: [/--service-cluster-ip-range=10\.200\.1\.0\/24/, /--cluster-cidr=10\.10\.0\.0\/16/],
    }),
    check('has four nodes that are ready', 'get nodes', {
      stdout: [/^NAME +STATUS +ROLES +AGE +VERSION$/m, /^myk8s-control-plane +Ready +control-plane /m, /^myk8s-worker3 +Ready +<none> /m],
    }),
    check('shows addresses and systems of nodes', 'get nodes -o wide', { stdout: [/INTERNAL-IP/, /172\.18\.0\.\d/, /containerd:\/\//] }),
    check('shows where pods of a node lie', ['get', 'nodes', '-o', 'jsonpath={.items[*].spec.podCIDR}'], {
      judge: (stdout) => (stdout.split(' ').every((cidr) => /^10\.10\.[0-3]\.0\/24$/.test(cidr)) ? undefined : stdout),
    }),
    check('describes a node', 'describe node myk8s-worker', {
      stdout: [/^PodCIDR: +10\.10\./m, /^Allocated resources:/m, /Kubelet Version: +v1\.31\.0/],
    }),
    check('has the namespaces that every cluster has', 'get ns', {
      stdout: [/^default +Active/m, /^kube-node-lease +Active/m, /^kube-public/m],
    }),
    check('serves DNS', 'get svc -n kube-system kube-dns', { stdout: [/10\.200\.1\.10 +<none> +53\/UDP,53\/TCP,9153\/TCP/] }),
    check('configures kube-proxy', 'describe cm -n kube-system kube-proxy', {
      stdout: [/^config\.conf:/m, /clusterCIDR: 10\.10\.0\.0\/16/],
    }),
    check('does not serve ServiceCIDRs, as the lab found it', 'get servicecidr', {
      exitCode: 1,
      stderr: [/the server doesn't have a resource type "servicecidr"/],
    }),
    check('knows leases', 'get leases -n kube-node-lease', { stdout: [/^NAME +HOLDER +AGE/m, /^myk8s-worker /m] }),
    check('has no rights to be ruled', 'get roles', { exitCode: 1, stderr: [/doesn't have a resource type "roles"/] }),
  ],
};
