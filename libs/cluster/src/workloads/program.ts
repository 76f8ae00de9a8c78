import type { Connection } from '@svclab/netstack';

/** What a server knows of the container it runs in. */
export interface ServerView {
  readonly hostname: string;
  /** Addresses of the container's interfaces in the order of `net.Interfaces`, as text. */
  readonly addresses: readonly string[];
  readonly nowUs: number;
}

/** A server's code: pure, so that the same request at the same moment is answered the same way. */
export interface Program {
  /** The application behind its sockets (`SocketRecord.app`). */
  readonly name: string;
  answer(request: string, connection: Connection, view: ServerView): string;
  /** The line that it writes about a request into its log; most are silent. */
  logLine?(request: string, response: string, connection: Connection, view: ServerView): string | undefined;
}

/** Where a listener binds: every address, loopback, or the node's own address. */
export type Bind = 'any' | 'loopback' | 'node';

/** A socket that a process opens when it starts. */
export interface Listener {
  /** As `ss -p` shows it: the kernel keeps 15 characters of a process name. */
  readonly process: string;
  readonly fd: number;
  readonly protocol: 'tcp' | 'udp';
  readonly bind: Bind;
  /** `null`: one that the kernel chooses. */
  readonly port: number | null;
  readonly app?: string;
  /** Place in `ss`, which lists in the order of the kernel's hash table: as the captures show it. */
  readonly order: number;
}
