import type { FastifyReply, FastifyRequest } from 'fastify';

/** What a client needs to reach a sandbox's cluster: the key stands in the server's address, which kubectl sends nothing beside over http. */
function kubeconfigText(clusterName: string, server: string): string {
  const name = JSON.stringify(`kind-${clusterName}`);
  return `apiVersion: v1
kind: Config
clusters:
- name: ${name}
  cluster:
    server: ${JSON.stringify(server)}
    insecure-skip-tls-verify: true
users:
- name: ${name}
  user: {}
contexts:
- name: ${name}
  context:
    cluster: ${name}
    user: ${name}
    namespace: default
current-context: ${name}
`;
}

/** Hands out a kubeconfig with the address under which this server was asked. */
export function sendKubeconfig(request: FastifyRequest, reply: FastifyReply, clusterName: string, path: string): FastifyReply {
  const text = kubeconfigText(clusterName, `${request.protocol}://${request.host}${path}`);
  return reply.type('application/yaml; charset=utf-8').send(text);
}
