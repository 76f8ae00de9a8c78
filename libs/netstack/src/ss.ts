import type { ToolResult } from '@svclab/netfilter';
import { formatAddress, isIpv4, type Address } from '@svclab/wire';
import type { SocketRecord } from './types.js';

export interface SsOptions {
  /** Columns of the terminal; without one the output is compact, as into a pipe. */
  readonly width?: number;
}

interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Printed before the cell, and part of its width. */
  readonly delimiter: string;
}

/** iproute2 misc/ss.c, `columns`. */
const COLUMNS: readonly Column[] = [
  { title: 'Netid', align: 'left', delimiter: '' },
  { title: 'State', align: 'left', delimiter: ' ' },
  { title: 'Recv-Q', align: 'left', delimiter: ' ' },
  { title: 'Send-Q', align: 'left', delimiter: ' ' },
  { title: 'Local Address:', align: 'right', delimiter: ' ' },
  { title: 'Port', align: 'left', delimiter: '' },
  { title: 'Peer Address:', align: 'right', delimiter: ' ' },
  { title: 'Port', align: 'left', delimiter: '' },
  { title: 'Process', align: 'left', delimiter: '' },
];

/** Linux: net.core.somaxconn, which every Go program listens with. */
const BACKLOG = '4096';

const LONG_OPTIONS: { readonly [name: string]: string } = {
  '--tcp': 't',
  '--udp': 'u',
  '--numeric': 'n',
  '--listening': 'l',
  '--processes': 'p',
  '--all': 'a',
  '--no-header': 'H',
  '--ipv4': '4',
};

/** `ss`: listening sockets. Ports are numbers with or without `-n`. */
// Simplification: ss never turns ports into service names, as on an image without /etc/services, and shows no connections: each ends with its exchange.
export function ssCommand(sockets: readonly SocketRecord[], argv: readonly string[], options: SsOptions): ToolResult {
  const flags = new Set<string>();
  for (const word of argv) {
    const letters = LONG_OPTIONS[word] ?? (/^-[^-]/.test(word) ? word.slice(1) : undefined);
    if (letters === undefined)
      return refuse(word.startsWith('--') ? `ss: unrecognized option '${word}'` : `ss: filter ${word} is not simulated`);
    for (const letter of letters) {
      if (!'tunlpaH4O'.includes(letter)) return refuse(`ss: option -${letter} is not simulated`);
      flags.add(letter);
    }
  }
  const both = flags.has('t') === flags.has('u');
  const shown = sockets.filter((socket) => {
    const wanted = both || flags.has(socket.protocol === 'tcp' ? 't' : 'u');
    return wanted && (flags.has('l') || flags.has('a')) && (!flags.has('4') || socket.address !== null);
  });
  const rows = shown.map((socket) => cells(socket, flags.has('p')));
  const table = flags.has('H') ? rows : [COLUMNS.map((column) => column.title), ...rows];
  return { exitCode: 0, stdout: render(table, both, flags.has('p'), options.width), stderr: '' };
}

const refuse = (message: string): ToolResult => ({ exitCode: 1, stdout: '', stderr: `${message}\n` });

function cells({ protocol, address, port, process: owner }: SocketRecord, withProcess: boolean): string[] {
  const tcp = protocol === 'tcp';
  const users = owner && withProcess ? ` users:(("${owner.name}",pid=${owner.pid},fd=${owner.fd}))` : '';
  const any = address === null ? '*' : isIpv4(address) ? '0.0.0.0' : '[::]';
  return [protocol, tcp ? 'LISTEN' : 'UNCONN', '0', tcp ? BACKLOG : '0', `${hostText(address)}:`, String(port), `${any}:`, '*', users];
}

function hostText(address: Address | null): string {
  if (address === null) return '*';
  return isIpv4(address) ? formatAddress(address) : `[${formatAddress(address)}]`;
}

/** render_calc_width and render: as wide as the content; on a terminal the rest of the line is shared out from the right. */
function render(table: readonly (readonly string[])[], withNetid: boolean, withProcess: boolean, screen: number | undefined): string {
  const first = withNetid ? 0 : 1;
  const columns = COLUMNS.slice(first).map((column, i) => ({ ...column, delimiter: i === 0 ? '' : column.delimiter }));
  const rows = table.map((row) => row.slice(first));
  const widths = columns.map(({ delimiter }, i) => delimiter.length + Math.max(...rows.map((row) => row[i]!.length)));
  const spare = (screen ?? 0) - widths.reduce((sum, width) => sum + width, 0);
  // Simplification: on a terminal narrower than the table the columns stay compact instead of wrapping one by one.
  if (spare > 0) {
    const each = Math.floor(spare / widths.length);
    const rest = spare % widths.length;
    for (let i = 0; i < widths.length; i++) widths[i]! += each + (i >= widths.length - rest ? 1 : 0);
  }
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => {
        const { align, delimiter } = columns[i]!;
        // The last column is padded only when nothing but its title is in it.
        if (i === row.length - 1 && withProcess) return delimiter + cell;
        const width = widths[i]! - delimiter.length;
        return delimiter + (align === 'left' ? cell.padEnd(width) : cell.padStart(width));
      })
      .join('');
  return rows.map((row) => `${line(row)}\n`).join('');
}
