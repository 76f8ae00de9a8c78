import { bytesOf, textOf } from '@svclab/sim';
import type { Dialled } from '@svclab/sandbox';
import type { SandboxHost } from '../../../engine/sandbox-host.js';
import { headerOf, HttpRequests, RequestError } from './http-requests.js';

/** The pod whose port is forwarded. */
export interface ForwardTarget {
  readonly host: SandboxHost;
  readonly sandboxId: string;
  /** As the shell names places. */
  readonly at: string;
  readonly uid: string;
}

/** One connection of the client's, its other side. */
export interface ForwardedClient {
  write(bytes: Uint8Array): void;
  /** The pod's side has ended the connection. */
  end(): void;
  /** It could not be forwarded. */
  fail(message: string): void;
}

/**
 * One connection that is forwarded into a pod's network, as the kubelet does: it is made from within, to the pod's loopback.
 */
// Simplification: each request of a forwarded connection is one simulated TCP connection of its own, though the client keeps its one.
export class ForwardedConnection {
  readonly #requests = new HttpRequests();
  #over = false;

  constructor(
    private readonly target: ForwardTarget,
    private readonly port: number,
    private readonly client: ForwardedClient,
  ) {}

  /** Whether anybody listens there; tells the client where nobody does. */
  async open(): Promise<void> {
    try {
      const { outcome } = await this.#dial();
      if (outcome !== 'ok') this.#fail(this.#notConnected(outcome));
    } catch {
      // The pod, or its whole sandbox, is gone.
      this.#fail(this.#notConnected('unreachable'));
    }
  }

  /** What the client sends; resolves when it has been answered. */
  async send(bytes: Buffer): Promise<void> {
    if (this.#over) return;
    try {
      for (const request of this.#requests.take(bytes)) {
        if (!this.#over) await this.#exchange(request.bytes);
      }
      if (this.#requests.awaitsContinue()) this.client.write(Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'));
    } catch (error) {
      this.#fail(error instanceof RequestError ? error.message : this.#notConnected('reset'));
    }
  }

  /** The client sends nothing more, and has been answered all it sent. */
  close(): void {
    this.#end();
  }

  async #exchange(request: Buffer): Promise<void> {
    const { outcome, response } = await this.#dial(textOf(request));
    if (outcome !== 'ok') return this.#fail(this.#notConnected(outcome));
    if (response !== undefined) this.client.write(bytesOf(response));
    if (response === undefined || endsConnection(request.toString('latin1'), response)) this.#end();
  }

  async #dial(request?: string): Promise<Dialled> {
    const { host, sandboxId, at } = this.target;
    const input = { kind: 'dial', from: at, host: 'localhost', port: this.port, ...(request !== undefined && { request }) } as const;
    return (await host.write(sandboxId, input)).value as Dialled;
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.client.end();
  }

  #fail(message: string): void {
    if (this.#over) return;
    this.#over = true;
    this.client.fail(message);
  }

  /** containerd's words (internal/cri/server/sandbox_portforward_linux.go), as the kubelet passes them on. */
  #notConnected(outcome: Exclude<Dialled['outcome'], 'ok'>): string {
    const { port, target } = this;
    const why = {
      refused: 'connection refused',
      timeout: 'i/o timeout',
      unreachable: 'no route to host',
      reset: 'connection reset by peer',
    };
    return (
      `error forwarding port ${port} to pod ${target.uid}, uid : failed to execute portforward in network namespace ` +
      `"/var/run/netns/cni-${target.uid}": failed to connect to localhost:${port} inside namespace "${target.uid}", ` +
      `IPv4: dial tcp4 127.0.0.1:${port}: connect: ${why[outcome]} IPv6 dial tcp6: address localhost: no suitable address found `
    );
  }
}

/** Whether no further request comes over the same connection (RFC 9112, section 9.3), or the length of the answer is its end. */
function endsConnection(request: string, response: string): boolean {
  const [requestHead = '', responseHead = ''] = [request, response].map((text) => text.split('\r\n\r\n', 1)[0]);
  const options = [requestHead, responseHead].map((head) => (headerOf(head, 'connection') ?? '').toLowerCase());
  if (options.some((option) => option.includes('close'))) return true;
  if (!responseHead.startsWith('HTTP/1.1 ') || / HTTP\/1\.0\r?$/m.test(requestHead.split('\r\n', 1)[0]!))
    return !options[1]!.includes('keep-alive');
  const hasBody = !/^HTTP\/1\.1 (?:1\d\d|204|304) /.test(responseHead) && !requestHead.startsWith('HEAD ');
  return hasBody && headerOf(responseHead, 'content-length') === undefined && headerOf(responseHead, 'transfer-encoding') === undefined;
}
