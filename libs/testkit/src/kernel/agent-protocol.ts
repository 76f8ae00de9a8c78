/** What the harness and the agent inside a network namespace say to each other: one JSON document a line, over the agent's stdin and stdout. */

/** A server of the agent; `''` is any address. */
export interface ServerSpec {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
}

/** One exchange that the agent shall have as a client. */
export interface ClientSpec {
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly destination: string;
  readonly port: number;
  /** Source port; the echo identifier of ICMP. */
  readonly sourcePort: number;
  readonly timeoutMs: number;
  /** ICMP echo only. */
  readonly ttl?: number;
}

/** How an exchange went, in the same words for the kernel and for the simulation. */
export interface ExchangeResult {
  readonly outcome: 'ok' | 'refused' | 'timeout' | 'unreachable' | 'reset';
  /** A system call's error; `''` when there was none. */
  readonly errno: string;
  /** The client's own address, of a TCP exchange that went well. */
  readonly local: string;
  /** Who answered, and whom it saw: `<netns> <address>:<port>`; `''` when nobody did. */
  readonly server: string;
}

/** A tool run in the namespace. */
export interface ToolSpec {
  readonly argv: readonly string[];
  readonly stdin?: string;
}

export interface ToolOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type AgentRequest = { readonly id: number } & (
  | { readonly do: 'serve'; readonly netns: string; readonly servers: readonly ServerSpec[] }
  | { readonly do: 'exchange'; readonly client: ClientSpec }
  | { readonly do: 'tool'; readonly tool: ToolSpec }
  /** Starts `conntrack -E`. */
  | { readonly do: 'follow' }
  /** Lines of `conntrack -E` since the last time. */
  | { readonly do: 'events' }
  /** Ends what its servers still have open; ready when no connection of this namespace will send anything by itself. */
  | { readonly do: 'quiet' }
);

export type AgentReply = { readonly id: number } & ({ readonly ok: unknown } | { readonly error: string });

/** What every client sends over TCP: curl's request, 80 bytes. */
export const HTTP_REQUEST = 'GET / HTTP/1.1\r\nHost: 10.200.1.206:9000\r\nUser-Agent: curl/8.7.1\r\nAccept: */*\r\n\r\n';
export const UDP_REQUEST = 'ping';

const BODY_BYTES = 160;

/**
 * The one line of substance in every answer: the server's namespace and the client as the
 * server sees it. Padded, so that a port of four digits makes no packet shorter than one of five.
 */
export function answerTo(request: string, netns: string, remote: string): string {
  const body = `${netns} ${remote}\n`.padEnd(BODY_BYTES, '.');
  if (!request.startsWith('GET ')) return body;
  return `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${BODY_BYTES}\r\n\r\n${body}`;
}

/** The line of {@link answerTo} in a whole answer; `undefined` while it is not all there. */
export function serverIn(answer: string): string | undefined {
  const body = answer.startsWith('HTTP/') ? answer.split('\r\n\r\n')[1] : answer;
  return body !== undefined && body.length >= BODY_BYTES ? body.slice(0, body.indexOf('\n')) : undefined;
}
