/** Why the server cannot start, in words for the one who started it. Printed without a stack; exit code 1. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}
