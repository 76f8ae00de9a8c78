/** A command that the tool or the kernel refuses. No `Error`: it is an expected answer. */
export class IpSetError {
  /** `showsHelp`: the command line itself is wrong (exit 2). */
  constructor(
    readonly message: string,
    readonly showsHelp = false,
  ) {}

  static syntax(message: string): IpSetError {
    return new IpSetError(`Syntax error: ${message}`);
  }

  static usage(message: string): IpSetError {
    return new IpSetError(message, true);
  }
}
