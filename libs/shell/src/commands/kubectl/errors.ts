import type { Status } from '@svclab/kube-api';

/** Ends the command: `text` goes to standard error as it stands, with a line end added. */
export class KubectlError extends Error {
  override readonly name = 'KubectlError';
  constructor(
    readonly text: string,
    readonly exitCode = 1,
  ) {
    super(text);
  }
}

/** An error of kubectl's own, with the prefix it gives those. */
export const failure = (message: string): KubectlError => new KubectlError(`error: ${message}`);

/** A mistake in how the command was called; kubectl points to the command's help. */
export const usageError = (commandPath: string, message: string): KubectlError =>
  new KubectlError(`error: ${message}\nSee '${commandPath} -h' for help and examples`);

/** What the API server answered, in the words of kubectl (`checkErr` of its pkg/cmd/util). */
export function statusText(status: Status, doing?: string): string {
  if (status.reason === 'Invalid' && status.details) {
    const { kind = '', name = '', causes = [] } = status.details;
    const lines = [...new Set(causes.map((cause) => `${cause.field}: ${cause.message}`))];
    const subject = `The ${kind} "${name}" is invalid`;
    if (lines.length === 0) return subject;
    return lines.length === 1 ? `${subject}: ${lines[0]}` : `${subject}: \n${lines.map((line) => `* ${line}`).join('\n')}`;
  }
  const message = doing ? `error when ${doing}: ${status.message}` : status.message;
  return status.reason ? `Error from server (${status.reason}): ${message}` : `Error from server: ${message}`;
}

/** @param doing What was being done, for errors about a manifest: `creating "web.yaml"`. */
export const serverError = (status: Status, doing?: string): KubectlError => new KubectlError(statusText(status, doing));

/** Several failures of one command, each on its own line, in the order in which they happened. */
export function combined(errors: readonly KubectlError[]): KubectlError | undefined {
  if (errors.length <= 1) return errors[0];
  return new KubectlError(errors.map((error) => error.text).join('\n'));
}
