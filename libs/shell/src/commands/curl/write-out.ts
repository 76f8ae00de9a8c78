import type { FlowResult } from '@svclab/netstack';
import { formatAddress } from '@svclab/wire';
import { headerValue, utf8Length, type Response } from './http.js';
import type { Url } from './url.js';

/** What `-w` can speak of. */
export interface Transfer {
  readonly url: Url;
  readonly redirects: number;
  readonly request: string;
  readonly method: string;
  readonly flow?: FlowResult;
  /** When the name was known, and when all was over, µs after the start. */
  readonly lookupUs: number;
  readonly totalUs: number;
  readonly remote?: string;
  readonly response?: Response;
  readonly exitCode: number;
  readonly errorMessage: string;
}

const seconds = (us: number | undefined): string => ((us ?? 0) / 1_000_000).toFixed(6);

const VARIABLES: { readonly [name: string]: (transfer: Transfer) => string } = {
  content_type: ({ response }) => (response && headerValue(response, 'content-type')) ?? '',
  errormsg: ({ errorMessage }) => errorMessage,
  exitcode: ({ exitCode }) => String(exitCode),
  http_code: ({ response }) => String(response?.status ?? 0).padStart(3, '0'),
  http_version: ({ response }) => response?.version ?? '0',
  local_ip: ({ flow }) => (flow?.connectedUs === undefined ? '' : formatAddress(flow.local.address)),
  local_port: ({ flow }) => (flow?.connectedUs === undefined ? '0' : String(flow.local.port)),
  method: ({ method }) => method,
  num_connects: ({ flow }) => (flow?.connectedUs === undefined ? '0' : '1'),
  num_redirects: ({ redirects }) => String(redirects),
  redirect_url: ({ response }) => (response && headerValue(response, 'location')) ?? '',
  remote_ip: ({ flow, remote }) => (flow?.connectedUs === undefined ? '' : (remote ?? '')),
  remote_port: ({ flow, url }) => (flow?.connectedUs === undefined ? '0' : String(url.port)),
  response_code: (transfer) => VARIABLES['http_code']!(transfer),
  scheme: ({ url }) => url.scheme,
  size_download: ({ response }) => String(utf8Length(response?.body ?? '')),
  size_header: ({ response }) => String(utf8Length(response?.head ?? '')),
  size_request: ({ flow, request }) => (flow?.connectedUs === undefined ? '0' : String(utf8Length(request))),
  speed_download: ({ response, totalUs }) => String(totalUs ? Math.trunc((utf8Length(response?.body ?? '') * 1_000_000) / totalUs) : 0),
  time_appconnect: () => seconds(0),
  time_connect: ({ flow, lookupUs }) => seconds(flow?.connectedUs === undefined ? 0 : lookupUs + flow.connectedUs),
  time_namelookup: ({ lookupUs }) => seconds(lookupUs),
  time_pretransfer: (transfer) => VARIABLES['time_connect']!(transfer),
  time_redirect: () => seconds(0),
  time_starttransfer: ({ response, totalUs }) => seconds(response ? totalUs : 0),
  time_total: ({ totalUs }) => seconds(totalUs),
  url: ({ url }) => url.text,
  url_effective: ({ url }) => url.text,
};

/** Fills in `-w`; unknown variables are complained of on standard error, as curl does. */
export function writeOut(format: string, transfer: Transfer): { readonly stdout: string; readonly stderr: string } {
  let stderr = '';
  const stdout = format.replace(/%\{([^}]*)\}|%%|\\([nrt\\])/g, (whole, name: string | undefined, escape: string | undefined) => {
    if (escape !== undefined) return { n: '\n', r: '\r', t: '\t' }[escape] ?? whole;
    if (name === undefined) return '%';
    const variable = VARIABLES[name];
    if (variable) return variable(transfer);
    stderr += `curl: unknown --write-out variable: '${name}'\n`;
    return '';
  });
  return { stdout, stderr };
}
