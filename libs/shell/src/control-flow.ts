/** How `break`, `continue`, `return` and `exit` leave what encloses them; thrown, since they cross any number of constructs. */
export class Leave extends Error {
  override readonly name = 'Leave';
  constructor(
    readonly what: 'break' | 'continue' | 'return' | 'exit',
    /** Loops still to leave. */
    public levels: number,
    readonly status: number,
  ) {
    super(what);
  }
}

/** An expansion or assignment failed: the shell says why and gives up the command line. The message carries no shell prefix. */
export class ExpansionError extends Error {
  override readonly name = 'ExpansionError';
  constructor(
    message: string,
    readonly status = 1,
  ) {
    super(message);
  }
}

/** The time given to `timeout` is over. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
}

/** Who was reading the other end of this pipe has seen enough; the writer ends with exit code 141, as after SIGPIPE. */
export class BrokenPipe extends Error {
  override readonly name = 'BrokenPipe';
}
