/**
 * What kindnetd writes to `/etc/cni/net.d/10-kindnet.conflist`, blank lines and all.
 * Source: kind `images/kindnetd/cmd/kindnetd/cni.go`, `cniConfigTemplate`.
 */
export const kindnetConflist = (podCidr: string, mtu: number): string => `
{
\t"cniVersion": "0.3.1",
\t"name": "kindnet",
\t"plugins": [
\t{
\t\t"type": "ptp",
\t\t"ipMasq": false,
\t\t"ipam": {
\t\t\t"type": "host-local",
\t\t\t"dataDir": "/run/cni-ipam-state",
\t\t\t"routes": [
\t\t\t\t{ "dst": "0.0.0.0/0" }
\t\t\t],
\t\t\t"ranges": [
\t\t\t\t
\t\t\t\t
\t\t\t\t[ { "subnet": "${podCidr}" } ]
\t\t\t]
\t\t}
\t\t,
\t\t"mtu": ${mtu}
\t\t
\t},
\t{
\t\t"type": "portmap",
\t\t"capabilities": {
\t\t\t"portMappings": true
\t\t}
\t}
\t]
}
`;
