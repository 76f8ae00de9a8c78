import type { FastifyReply, FastifyRequest } from 'fastify';
import type { KeyedSandbox, Tokens } from '../auth/tokens.js';

/** Hands out what a client needs to reach a sandbox's cluster. */
export class Kubeconfigs {
  constructor(
    private readonly tokens: Tokens,
    /** PEM; absent where the server speaks http. */
    private readonly certificate?: string,
  ) {}

  /** With the address under which this server was asked. */
  send(request: FastifyRequest, reply: FastifyReply, clusterName: string, sandbox: KeyedSandbox): FastifyReply {
    const origin = `${request.protocol}://${request.host}`;
    const text = this.#text(`kind-${clusterName}`, origin, sandbox);
    return reply.type('application/yaml; charset=utf-8').send(text);
  }

  #text(name: string, origin: string, sandbox: KeyedSandbox): string {
    const { cluster, user } = this.certificate === undefined ? this.#overHttp(origin, sandbox) : this.#overHttps(origin, sandbox);
    const quoted = JSON.stringify(name);
    return `apiVersion: v1
kind: Config
clusters:
- name: ${quoted}
  cluster:
${cluster}
users:
- name: ${quoted}
  user: ${user}
contexts:
- name: ${quoted}
  context:
    cluster: ${quoted}
    user: ${quoted}
    namespace: default
current-context: ${quoted}
`;
  }

  /** kubectl sends no credentials over http: the key stands in the address. */
  #overHttp(origin: string, sandbox: KeyedSandbox): { cluster: string; user: string } {
    const server = JSON.stringify(`${origin}${this.tokens.kubernetesPath(sandbox)}`);
    return { cluster: `    server: ${server}\n    insecure-skip-tls-verify: true`, user: '{}' };
  }

  /** Over https the key travels as a bearer token, and the address tells nothing. */
  #overHttps(origin: string, sandbox: KeyedSandbox): { cluster: string; user: string } {
    const server = JSON.stringify(`${origin}/k8s/${sandbox.id}`);
    const authority = Buffer.from(this.certificate!).toString('base64');
    return {
      cluster: `    server: ${server}\n    certificate-authority-data: ${authority}`,
      user: `\n    token: ${this.tokens.kubernetesKey(sandbox)}`,
    };
  }
}
