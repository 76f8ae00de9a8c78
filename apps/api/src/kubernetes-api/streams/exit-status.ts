/** How a command ended, as the kubelet's streaming server says it (kubelet pkg/cri/streaming/remotecommand/exec.go). */
export function exitStatus(exitCode: number): object {
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

/** The command was not run, or was lost. */
export const failureStatus = (message: string): object => ({
  metadata: {},
  status: 'Failure',
  message,
  reason: 'InternalError',
  code: 500,
});

/** What containerd says, through kubelet and API server, of a program that is not in the image. */
export const notInImage = (program: string, execId: string): string =>
  'Internal error occurred: Internal error occurred: error executing command in container: failed to exec in container: ' +
  `failed to start exec "${execId}": OCI runtime exec failed: exec failed: unable to start container process: ` +
  `exec: ${JSON.stringify(program)}: executable file not found in $PATH: unknown`;
