import { endpointName, protocolName } from './names.js';
import type { IpvsConnection } from './types.js';

/** A connection as `ipvsadm -Lnc` prints it (`print_conn`). */
export function formatConnection(connection: Readonly<IpvsConnection>, nowUs: number): string {
  const { protocol, state, client, virtual, destination } = connection;
  const seconds = Math.max(0, Math.floor((connection.expiresUs - nowUs) / 1_000_000));
  const expire = `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
  const columns = [
    protocolName(protocol).padEnd(3),
    expire.padEnd(6),
    state.padEnd(11),
    endpointName(client).padEnd(18),
    endpointName(virtual).padEnd(18),
    endpointName(destination),
  ];
  return columns.join(' ');
}
