import type { DeleteOptions, KubeObject, PatchType, Status } from '@svclab/kube-api';
import type { Delta } from '@svclab/sim';
import type { Trace } from '@svclab/netstack';
import type { OutputChunk } from '@svclab/shell';

/** What can be asked of a sandbox. Everything that changes it is one of these, and is kept as it was asked. */
export type EntryInput =
  | CreateInput
  | ExecInput
  | ({ readonly kind: 'exec.start'; readonly execId: string } & Omit<ExecInput, 'kind'>)
  | { readonly kind: 'exec.advance'; readonly execId: string; readonly toUs: number }
  | { readonly kind: 'exec.signal'; readonly execId: string; readonly signal: SignalName }
  | ExecInputPiece
  | TerminalInput
  | DialInput
  | { readonly kind: 'manifests'; readonly text: string; readonly namespace?: string }
  | ObjectWrite
  | RequestsInput
  | ClockInput
  | { readonly kind: 'tick'; readonly advanceMs: number; readonly settle?: boolean }
  | { readonly kind: 'fork'; readonly parentId: string; readonly parentSeq: number }
  | { readonly kind: 'revert'; readonly toSeq: number };

export type EntryKind = EntryInput['kind'];

export type SignalName = 'SIGINT' | 'SIGTERM' | 'SIGKILL';

/** More of the standard input of a command that was started with `openStdin`; `ends`: the last of it. */
export interface ExecInputPiece {
  readonly kind: 'exec.input';
  readonly execId: string;
  readonly text: string;
  readonly ends?: boolean;
}

/** What happens at a terminal. */
export type TerminalInput =
  | ({ readonly kind: 'terminal.open'; readonly terminalId: string } & TerminalAsked)
  | ({ readonly kind: 'terminal.input'; readonly text: string } & ToTerminal)
  | ({ readonly kind: 'terminal.resize'; readonly columns: number; readonly rows: number } & ToTerminal)
  | ({ readonly kind: 'terminal.signal'; readonly signal: SignalName } & ToTerminal)
  /** Virtual time moves to where a sleeping program wanted to be, or less far. */
  | ({ readonly kind: 'terminal.advance'; readonly toUs: number } & ToTerminal);

interface ToTerminal {
  readonly terminalId: string;
}

export interface TerminalAsked {
  /** As in {@link ExecInput}. */
  readonly at?: string;
  readonly columns: number;
  readonly rows: number;
  /** A program and its arguments; default: the shell that a person meets there. */
  readonly command?: readonly string[];
  /** The container whose first process it is, `<namespace>/<pod>/<container>`: it ends with it. */
  readonly mainProcessOf?: string;
}

/** What a client outside sends through a place's network, as the kubelet does for `port-forward` and the API server for `proxy`. */
export interface DialInput {
  readonly kind: 'dial';
  /** The place that the connection is made from. */
  readonly from: string;
  /** An address, or `localhost`. */
  readonly host: string;
  readonly port: number;
  /** What is sent, bytes as text (`textOf`); absent: the connection is opened and closed again. */
  readonly request?: string;
  readonly settle?: boolean;
}

/** What became of it. */
export interface Dialled {
  readonly outcome: 'ok' | 'refused' | 'timeout' | 'unreachable' | 'reset';
  readonly errno?: string;
  /** Absent where the server said nothing. */
  readonly response?: string;
}

/** A write of one object, with what kube-apiserver takes from a request's query, headers and body. */
export type ObjectWrite = ObjectWriteOptions &
  (
    | { readonly kind: 'object.create'; readonly resource: string; readonly namespace?: string; readonly object: unknown }
    | ({ readonly kind: 'object.update'; readonly object: unknown; readonly subresource?: Subresource } & ObjectName)
    | ({
        readonly kind: 'object.patch';
        readonly patch: unknown;
        /** Default `strategic`. `apply`: server-side apply, which needs a `fieldManager`. */
        readonly patchType?: PatchType | 'apply';
        /** Of server-side apply: takes fields that others manage. */
        readonly force?: boolean;
        readonly subresource?: Subresource;
      } & ObjectName)
    | ({ readonly kind: 'object.delete' } & ObjectName & Omit<DeleteOptions, 'dryRun'>)
    | { readonly kind: 'object.bind'; readonly resource: 'pods'; readonly namespace: string; readonly name: string; readonly node: string }
  );

/** `namespace` is '' where the resource has none. */
interface ObjectName {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

/** Parts of an object that are written by themselves. */
export type Subresource = 'status' | 'scale' | 'ephemeralcontainers';

interface ObjectWriteOptions {
  /** Who writes, for `metadata.managedFields`; nothing is recorded of those who do not say. */
  readonly fieldManager?: string;
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  /** Default true: afterwards virtual time runs until only periodic timers remain. */
  readonly settle?: boolean;
  /** `written`: answered at once, as the API server does ({@link WrittenObject}). Default: the object as it is when all has settled. */
  readonly answer?: 'written';
}

/** What the API server sends back for a write: the object, or a Success Status where a deletion leaves none. */
export interface WrittenObject {
  readonly object: object;
  /** Complaints of `fieldValidation=Warn`, and what the server has to say of the object. */
  readonly warnings: readonly string[];
  /** A patch that made the object: 201. */
  readonly created?: boolean;
}

/** One change of an object as a watch tells it. */
export interface ObjectEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** `pods`, `deployments.apps`. */
  readonly resource: string;
  /** With the resourceVersion of the change, also where it is a deletion. */
  readonly object: Readonly<KubeObject>;
  /** The object before, for MODIFIED. */
  readonly previous?: Readonly<KubeObject>;
}

/** The first entry of a log. */
export interface CreateInput {
  readonly kind: 'create';
  readonly profile: 'kind' | 'empty';
  /** Unsigned 32 bits. */
  readonly seed: number;
  /** Virtual time at which the sandbox starts, to the second: the host's clock when it was asked for, handed in as data. */
  readonly startUs: number;
  /** How kube-proxy works; default: as the kind configuration says, else iptables. */
  readonly proxyMode?: string;
  readonly kindConfig?: string;
  readonly manifest?: string;
}

export interface ExecInput {
  readonly kind: 'exec';
  readonly command: string;
  /** `host`, `node/<name>`, `pod/<namespace>/<name>`, `client/<name>`; default `host`. */
  readonly at?: string;
  readonly stdin?: string;
  /** Standard input comes in pieces while the command runs; only of `exec.start`. */
  readonly openStdin?: boolean;
  readonly session?: string;
  /** `first`: the first request that the command sends is followed. Default `none`. */
  readonly trace?: 'none' | 'first';
  /** Default true: afterwards virtual time runs until only periodic timers remain. */
  readonly settle?: boolean;
}

export interface RequestsInput {
  readonly kind: 'requests';
  readonly from: string;
  readonly to: string;
  readonly protocol?: 'tcp' | 'udp' | 'icmp';
  readonly count?: number;
  readonly connectTimeoutSeconds?: number;
  readonly trace?: 'none' | 'first' | 'all';
}

export interface ClockInput {
  readonly kind: 'clock';
  readonly advanceSeconds?: number;
  readonly mode?: ClockMode;
  /** Runs the next timer, whatever its distance. */
  readonly step?: boolean;
}

/** `auto`: entries settle. `realtime`: the host also sends ticks. `paused`: entries do not settle. */
export type ClockMode = 'auto' | 'realtime' | 'paused';

/** A request that was followed. */
export interface TracedRequest {
  /** `<seq>-<n>`, unique in the log. */
  readonly traceId: string;
  readonly trace: Trace;
  /** The same to be read. */
  readonly text: string;
}

/** What a command wrote, readable without executing anything again. */
export interface Transcript {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

/** One line of a sandbox's log: what was asked and what it changed. `(sandboxId, seq)` is unique. */
export interface Entry {
  /** Counts from 1. */
  readonly seq: number;
  readonly kind: EntryKind;
  readonly input: EntryInput;
  /** Virtual time when the entry was done, microseconds since the epoch. */
  readonly virtualTimeUs: number;
  readonly engineVersion: number;
  readonly transcript: Transcript | null;
  readonly delta: Delta;
  /** Of the state after the entry; 16 hexadecimal digits. */
  readonly stateHash: string;
  /** Rules that came and went, per node; absent when none did. */
  readonly rulesDiff?: readonly NodeRulesDiff[];
}

export interface NodeRulesDiff {
  readonly node: string;
  readonly added: readonly RuleChange[];
  readonly removed: readonly RuleChange[];
}

export interface RuleChange {
  readonly table: string;
  /** As `iptables -S` prints it. */
  readonly rule: string;
  /** The object whose change caused the line, `Service default/web` or `EndpointSlice default/web-abcde (Pod default/web-1)`, where one did. */
  readonly cause: string | null;
}

/** What executing gave: an entry to keep, unless the request was refused and nothing changed. */
export interface Executed {
  readonly entry?: Entry;
  /** For the one who asked; plain JSON. */
  readonly answer: Answer;
  /** What became of the cluster's objects on the way, in the order of their writing; for those who watch. */
  readonly objectEvents?: readonly ObjectEvent[];
}

export type Answer =
  | {
      readonly ok: true;
      readonly value: any;
      readonly output?: readonly OutputChunk[];
      readonly wakeUs?: number;
      readonly exitCode?: number;
      /** It waits for input. */
      readonly awaitsInput?: boolean;
      /** Something goes on in memory alone, until it has ended. */
      readonly busy?: boolean;
    }
  | { readonly ok: false; readonly problem: Problem };

/** Why something asked was refused; the API makes problem+json of it. */
export interface Problem {
  /** The HTTP status that fits. */
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  /** The same as the Kubernetes API words it, where it was the API server that refused. */
  readonly kubernetes?: Status;
}
