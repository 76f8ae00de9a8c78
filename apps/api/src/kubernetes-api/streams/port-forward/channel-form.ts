import type { WebSocket } from 'ws';
import { MAX_UNSENT_BYTES } from '../websocket-channels.js';
import { ForwardedConnection, type ForwardTarget } from './forwarded-connection.js';

/**
 * Forwards ports over the channels of one WebSocket, the older form that client libraries speak: for the n-th port of the query channel
 * 2n carries data and 2n+1 errors, and the first frame on each tells the port, two bytes with the low one first (kubelet
 * pkg/cri/streaming/portforward/websocket.go). One WebSocket is one connection to each port.
 */
export function forwardChannels(target: ForwardTarget, ports: readonly number[], socket: WebSocket): void {
  let open = ports.length;
  const over = (): void => {
    open--;
    if (open === 0) socket.close(1000);
  };
  const connections = ports.map((port, index) => {
    const [dataChannel, errorChannel] = [2 * index, 2 * index + 1];
    const send = (channel: number, bytes: Uint8Array): void => {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(Buffer.concat([Buffer.of(channel), bytes]), { binary: true });
      if (socket.bufferedAmount > MAX_UNSENT_BYTES) socket.terminate();
    };
    for (const channel of [dataChannel, errorChannel]) send(channel, Buffer.of(port & 0xff, port >> 8));
    return new ForwardedConnection(target, port, {
      write: (bytes) => send(dataChannel, bytes),
      end: over,
      fail(message) {
        send(errorChannel, Buffer.from(message));
        over();
      },
    });
  });
  let turn: Promise<unknown> = Promise.all(connections.map((connection) => connection.open()));
  const next = (step: () => Promise<void> | void): void => {
    turn = turn.then(step).catch(() => socket.terminate());
  };
  socket.on('error', () => undefined);
  socket.on('message', (data, isBinary) => {
    const frame = data as Buffer;
    const channel = frame[0];
    if (!isBinary || channel === undefined) return socket.close(1003, 'frames are binary');
    const connection = channel % 2 === 0 ? connections[channel / 2] : undefined;
    if (!connection) return;
    socket.pause();
    next(async () => {
      await connection.send(frame.subarray(1));
      socket.resume();
    });
  });
}
