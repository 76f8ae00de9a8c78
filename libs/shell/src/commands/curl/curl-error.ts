/** Ends a transfer with one of curl's exit codes; the message is what follows `curl: (N) `. */
export class CurlError extends Error {
  constructor(
    readonly exitCode: number,
    message: string,
  ) {
    super(message);
  }
}

/** A command line that curl refuses before it does anything: exit code 2, without a number in the message. */
export class UsageError extends Error {}
