/** What is done with what a client sends. */
export interface RemoteInput {
  /** Nothing more is read from the client while the promise is pending. */
  stdin(bytes: Uint8Array): Promise<void> | void;
  stdinEnded(): Promise<void> | void;
  resize(columns: number, rows: number): void;
  /** The client has hung up. */
  closed(): void;
}

/** The streams of one `exec` or `attach`, whatever they travel over. */
export interface RemoteStreams {
  /** What the client sends waits until somebody takes it; to be called once. */
  take(input: RemoteInput): void;
  write(stream: 'stdout' | 'stderr', bytes: Uint8Array): void;
  /** Says how it ended, and closes. */
  end(status: object): void;
}

/** `{"Width":80,"Height":24}`, as client-go sends the size of a terminal; undefined where it is none. */
export function terminalSizeOf(text: string): { readonly columns: number; readonly rows: number } | undefined {
  try {
    const { Width: columns, Height: rows } = JSON.parse(text) as { Width?: unknown; Height?: unknown };
    const isSize = (number: unknown): number is number => Number.isInteger(number) && (number as number) > 0 && (number as number) < 10_000;
    return isSize(columns) && isSize(rows) ? { columns, rows } : undefined;
  } catch {
    return undefined;
  }
}
