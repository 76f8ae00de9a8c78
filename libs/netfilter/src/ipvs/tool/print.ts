import { portName } from '../../iptables/names.js';
import type { IpvsCounters, RealServerListing, VirtualServiceListing } from '../listing.js';
import { schedulerFlagText } from '../rule-lines.js';
import type { OptionUse } from './command-line.js';

/** How a table is to be printed. */
export interface TableFormat {
  readonly numeric: boolean;
  readonly exact: boolean;
  readonly columns: 'connections' | 'stats' | 'rate' | 'thresholds' | 'persistent-conn';
}

export function tableFormat(options: readonly OptionUse[]): TableFormat {
  const has = (name: OptionUse['option']): boolean => options.some(({ option }) => option === name);
  const columns = (['stats', 'rate', 'thresholds', 'persistent-conn'] as const).find(has) ?? 'connections';
  return { numeric: has('n'), exact: has('X'), columns };
}

export const TABLE_HEAD = 'IP Virtual Server version 1.2.1 (size=4096)\n';

/** As `ipvsadm -L` prints it, its head apart. */
export function printTable(services: readonly VirtualServiceListing[], format: TableFormat): string {
  return title(format) + services.map((service) => printService(service, format)).join('');
}

const WHOLE_MASK = '255.255.255.255';
/** Columns flush right, eight wide. */
const right = (...names: readonly string[]): string => names.map((name) => ` ${name.padStart(8)}`).join('');

/** Columns flush left, each as wide as it says. */
const left = (...columns: readonly (readonly [text: string | number, width: number])[]): string =>
  columns.map(([text, width]) => ` ${String(text).padEnd(width)}`).join('');

function title({ columns }: TableFormat): string {
  const server = '  -> RemoteAddress:Port\n';
  const service = 'Prot LocalAddress:Port'.padEnd(33);
  switch (columns) {
    case 'stats':
      return `${service}${right('Conns', 'InPkts', 'OutPkts', 'InBytes', 'OutBytes')}\n${server}`;
    case 'rate':
      return `${service}${right('CPS', 'InPPS', 'OutPPS', 'InBPS', 'OutBPS')}\n${server}`;
    case 'thresholds':
      return `${service}${left(['Uthreshold', 10], ['Lthreshold', 10], ['ActiveConn', 10], ['InActConn', 10])}\n${server}`;
    case 'persistent-conn':
      return `${service}${left(['Weight', 9], ['PersistConn', 11], ['ActiveConn', 10], ['InActConn', 10])}\n${server}`;
    case 'connections':
      return `Prot LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n`;
  }
}

function printService(service: VirtualServiceListing, format: TableFormat): string {
  const { fwmark, protocol } = service;
  const name = (fwmark === null ? `${protocol.padEnd(4)} ${place(service, format.numeric)}` : `FWM  ${fwmark}`).slice(0, 33);
  const servers = service.realServers.map(
    (server) => `  -> ${place(server, format.numeric).slice(0, 28).padEnd(28)}${serverColumns(server, format)}\n`,
  );
  return `${name}${serviceColumns(name, service, format)}\n${servers.join('')}`;
}

function serviceColumns(name: string, service: VirtualServiceListing, format: TableFormat): string {
  const { scheduler, persistentSeconds, netmask, schedulerFlags, onePacket, statistics, rates } = service;
  if (format.columns === 'stats' || format.columns === 'rate') {
    const counted = format.columns === 'stats' ? statistics : rates;
    return ' '.repeat(33 - name.length) + numbers(counted, format).join('');
  }
  return (
    ` ${scheduler}` +
    (schedulerFlags.length ? ` (${schedulerFlagText(scheduler, schedulerFlags)})` : '') +
    (persistentSeconds === null ? '' : ` persistent ${persistentSeconds}${netmask === WHOLE_MASK ? '' : ` mask ${netmask}`}`) +
    (onePacket ? ' ops' : '')
  );
}

function serverColumns(server: RealServerListing, format: TableFormat): string {
  const { method, weight, upperThreshold, lowerThreshold, active, inactive, persistent, statistics, rates } = server;
  switch (format.columns) {
    case 'stats':
      return numbers(statistics, format).join('');
    case 'rate':
      return numbers(rates, format).join('');
    case 'thresholds':
      return left([upperThreshold, 10], [lowerThreshold, 10], [active, 10], [inactive, 10]);
    case 'persistent-conn':
      return left([weight, 9], [persistent, 11], [active, 10], [inactive, 10]);
    case 'connections':
      return left([method, 7], [weight, 6], [active, 10], [inactive, 10]);
  }
}

const numbers = ({ connections, packetsIn, packetsOut, bytesIn, bytesOut }: IpvsCounters, { exact }: TableFormat): string[] =>
  [connections, packetsIn, packetsOut, bytesIn, bytesOut].map((value) => largeNumber(value, exact));

/** `print_largenum`: from a hundred million on in thousands, and so on. */
function largeNumber(value: number, exact: boolean): string {
  if (exact) return ` ${String(value).padStart(8)}`;
  if (value < 1e8) return String(value).padStart(9);
  const [unit, divisor] = value < 1e9 ? ['K', 1e3] : value < 1e11 ? ['M', 1e6] : value < 1e14 ? ['G', 1e9] : ['T', 1e12];
  return String(Math.floor(value / Number(divisor))).padStart(8) + unit;
}

/** Without `-n` ports have names; addresses would too if anybody had named them. */
const place = ({ address, port }: { readonly address: string; readonly port: number }, numeric: boolean): string =>
  `${address}:${numeric ? port : portName(port)}`;
