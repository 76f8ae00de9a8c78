/** The command held its worker longer than the server allows. Nothing was appended. */
export class CommandTimedOut extends Error {
  override readonly name = 'CommandTimedOut';
}

/** The worker ended under an operation. Nothing was appended; asking again is safe. */
export class WorkerLost extends Error {
  override readonly name = 'WorkerLost';
}

/** The worker does not hold this sandbox. */
export class NotResident extends Error {
  override readonly name = 'NotResident';
}
