/** Whether the server has been asked to stop. */
export class ServerState {
  stopping = false;
}
