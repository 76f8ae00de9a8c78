import type { FlowResult } from '@svclab/netstack';
import { formatAddress, type Address } from '@svclab/wire';
import type { CommandContext } from '../../types.js';
import { CurlError, UsageError } from './curl-error.js';
import { headerValue, readResponse, utf8Length, writeRequest, type Response } from './http.js';
import { lookUp } from './name-lookup.js';
import { parseCurl, type CurlOptions } from './options.js';
import { METER_TITLE, meterLine } from './progress-meter.js';
import { follow, parseUrl, type Url } from './url.js';
import { writeOut, type Transfer } from './write-out.js';

const SECOND_US = 1_000_000;
/** curl's own limit on connecting when none is given. */
const CONNECT_TIMEOUT_US = 300 * SECOND_US;
/** poll() counts whole milliseconds and rounds up, so a limit of one second ends after 1001 ms. */
const POLL_US = 1000;

const USAGE_HINT = "curl: try 'curl --help' or 'curl --manual' for more information\n";

const SYSTEM_ERRORS: { readonly [errno: string]: string } = {
  ECONNREFUSED: 'Connection refused',
  EHOSTUNREACH: 'Host is unreachable',
  ENETUNREACH: 'Network unreachable',
  ETIMEDOUT: 'Operation timed out',
  EADDRNOTAVAIL: 'Address not available',
  ENOPROTOOPT: 'Protocol not available',
};

/** `curl`: HTTP over the simulated network. Exit codes and messages are those of the real program. */
export async function curl(context: CommandContext): Promise<number> {
  let options: CurlOptions;
  try {
    options = parseCurl(context.args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    context.stderr(`curl: ${error.message}\n${USAGE_HINT}`);
    return 2;
  }
  if (options.version) {
    context.stdout(`curl ${version(context)} (simulated) libcurl/${version(context)}\nProtocols: http https\n`);
    return 0;
  }
  if (!options.urls.length) {
    context.stderr(`curl: (2) no URL specified\n${USAGE_HINT}`);
    return 2;
  }
  let exitCode = 0;
  for (const [i, url] of options.urls.entries()) exitCode = await new CurlRun(context, options, options.outputs[i]).transfer(url);
  return exitCode;
}

/** The netshoot image and the lab host have 8.7.1, Debian 12 of the kind node image 7.88.1. */
const version = ({ at }: CommandContext): string => (at.startsWith('node/') ? '7.88.1' : '8.7.1');

/** One URL from the command line, with its redirects and retries. */
class CurlRun {
  #startUs = 0;
  readonly #meter: boolean;

  constructor(
    private readonly context: CommandContext,
    private readonly options: CurlOptions,
    private readonly output: string | undefined,
  ) {
    const redirected = output !== undefined || options.remoteName || !context.stdoutIsTerminal;
    this.#meter = redirected && !options.silent && !options.noProgressMeter;
  }

  async transfer(text: string): Promise<number> {
    const { options, context } = this;
    for (let retriesLeft = options.retry, delay = 1; ; retriesLeft--, delay *= 2) {
      const problem = this.#attempt(text);
      const transient = this.#transientProblem(problem);
      if (!transient || retriesLeft === 0) return problem.exitCode;
      const waitSeconds = options.retryDelay || Math.min(delay, 600);
      if (!options.silent || options.showError) {
        const left = `${retriesLeft} ${retriesLeft === 1 ? 'retry' : 'retries'} left.`;
        context.stderr(`Warning: Problem: ${transient}. Will retry in ${waitSeconds} second${waitSeconds === 1 ? '' : 's'}. ${left}\n`);
      }
      await context.sleep(waitSeconds * SECOND_US);
    }
  }

  #transientProblem({ exitCode, response, flow }: Partial<Transfer> & { readonly exitCode: number }): string | undefined {
    if (exitCode === 28) return 'timeout';
    if (exitCode === 7 && this.options.retryRefused && flow?.errno === 'ECONNREFUSED') return 'connection refused';
    return response && [408, 429, 500, 502, 503, 504].includes(response.status) ? 'HTTP error' : undefined;
  }

  #attempt(text: string): Partial<Transfer> & { readonly exitCode: number } {
    const { context, options } = this;
    this.#startUs = context.world.sim.nowUs;
    let transfer: Transfer | undefined;
    let exitCode = 0;
    let errorMessage = '';
    if (this.#meter) context.stderr(METER_TITLE + meterLine(0, 0, 0));
    try {
      let url = parseUrl(text);
      for (let redirects = 0; ; redirects++) {
        transfer = this.#request(url, redirects);
        const location = transfer.response && redirectOf(transfer.response);
        if (!options.location || location === undefined) break;
        if (redirects === options.maxRedirs) throw new CurlError(47, `Maximum (${options.maxRedirs}) redirects followed`);
        url = follow(url, location);
      }
      const status = transfer.response?.status ?? 0;
      if (options.fail && status >= 400) throw new CurlError(22, `The requested URL returned error: ${status}`);
    } catch (error) {
      if (!(error instanceof FailedTransfer) && !(error instanceof CurlError)) throw error;
      if (error instanceof FailedTransfer) transfer = error.transfer;
      ({ exitCode, message: errorMessage } = error);
    }
    if (this.#meter) {
      const bytes = exitCode ? 0 : utf8Length(transfer?.response?.body ?? '');
      context.stderr(`${meterLine(bytes, 0, context.world.sim.nowUs - this.#startUs)}\n`);
    }
    if (errorMessage && (!options.silent || options.showError))
      context.stderr(`curl: (${exitCode}) ${errorMessage}\n${moreAbout(exitCode)}`);
    if (options.writeOut && transfer) {
      const { stdout, stderr } = writeOut(options.writeOut, { ...transfer, exitCode, errorMessage });
      context.stdout(stdout);
      context.stderr(stderr);
    }
    return { ...transfer, exitCode };
  }

  /** One exchange. Throws {@link FailedTransfer} when there is no HTTP answer. */
  #request(url: Url, redirects: number): Transfer {
    const { context, options } = this;
    const address = lookUp(context, url.host);
    if (address === undefined) throw new CurlError(6, `Could not resolve host: ${url.host}`);
    const lookupUs = context.world.sim.nowUs - this.#startUs;
    const request = writeRequest(url, options, `curl/${version(context)}`);
    const remote = formatAddress(address);
    this.#say(`*   Trying ${remote}:${url.port}...`);
    context.count('packet');
    const flow = this.#send(url, address, request);
    const transfer: Transfer = {
      url,
      redirects,
      request,
      method: request.slice(0, request.indexOf(' ')),
      flow,
      lookupUs,
      totalUs: context.world.sim.nowUs - this.#startUs,
      remote,
      exitCode: 0,
      errorMessage: '',
    };
    const failed = this.#failure(url, flow);
    if (flow.connectedUs !== undefined) this.#tellRequest(url, remote, request);
    if (failed) {
      if (flow.connectedUs === undefined && flow.errno) {
        const { address: from, port } = flow.local;
        const why = SYSTEM_ERRORS[flow.errno] ?? flow.errno;
        this.#say(`* connect to ${remote} port ${url.port} from ${formatAddress(from)} port ${port} failed: ${why}`);
      }
      this.#say(`* ${failed.message}\n* Closing connection`);
      throw new FailedTransfer(failed, transfer);
    }
    const response = readResponse(flow.response!);
    if (!response) throw new FailedTransfer(new CurlError(1, 'Received HTTP/0.9 when not allowed'), transfer);
    this.#receive(url, response);
    return { ...transfer, response };
  }

  // Simplification: TLS is not simulated; https travels in clear text, and without -k fails as a certificate of the cluster's own CA would.
  #send(url: Url, destination: Address, request: string): FlowResult {
    const { context, options } = this;
    const { world, at } = context;
    const spentUs = world.sim.nowUs - this.#startUs;
    const refuseCertificate = url.scheme === 'https' && !options.insecure;
    const limit = (seconds: number): number => seconds * SECOND_US + POLL_US - spentUs;
    return world.net.send({
      netns: world.netnsOf(at),
      protocol: 'tcp',
      destination,
      port: url.port,
      ...(!refuseCertificate && { request }),
      ...(url.scheme === 'https' && { tls: true }),
      ...(options.localPort && { sourcePort: options.localPort }),
      connectTimeoutUs: options.connectTimeout ? limit(options.connectTimeout) : CONNECT_TIMEOUT_US,
      ...(options.maxTime && { totalTimeoutUs: limit(options.maxTime) }),
    });
  }

  #failure(url: Url, flow: FlowResult): CurlError | undefined {
    const spentMs = Math.trunc((this.context.world.sim.nowUs - this.#startUs) / 1000);
    if (flow.connectedUs === undefined) {
      const message = `Failed to connect to ${url.host} port ${url.port} after ${spentMs} ms: Couldn't connect to server`;
      if (flow.errno) return new CurlError(flow.errno === 'ETIMEDOUT' ? 28 : 7, message);
      return new CurlError(28, `Connection timed out after ${spentMs} milliseconds`);
    }
    if (flow.outcome === 'timeout') return new CurlError(28, `Operation timed out after ${spentMs} milliseconds with 0 bytes received`);
    if (flow.outcome === 'reset') return new CurlError(56, 'Recv failure: Connection reset by peer');
    if (url.scheme === 'https' && !this.options.insecure) {
      return new CurlError(60, 'SSL certificate problem: unable to get local issuer certificate');
    }
    return flow.response ? undefined : new CurlError(52, 'Empty reply from server');
  }

  #tellRequest(url: Url, remote: string, request: string): void {
    if (!this.options.verbose) return;
    this.#say(`* Connected to ${url.host} (${remote}) port ${url.port}`);
    const head = request.slice(0, request.indexOf('\r\n\r\n') + 2);
    this.#say(`${head.replace(/\r\n/g, '\n').replace(/^(?=.)/gm, '> ')}> \n* Request completely sent off`);
  }

  #receive(url: Url, response: Response): void {
    const { context, options } = this;
    if (options.verbose) {
      const lines = response.head.trimEnd().split('\r\n');
      this.#say(`${lines.map((line) => `< ${line}`).join('\n')}\n< `);
      if (this.#meter && response.body) this.#say(`{ [${utf8Length(response.body)} bytes data]`);
      this.#say(`* Connection #0 to host ${url.host} left intact`);
    }
    const follows = options.location && redirectOf(response) !== undefined;
    const failed = options.fail && response.status >= 400;
    const head = options.include || options.head ? response.head : '';
    this.#write(head + (options.head || follows || failed ? '' : response.body), url, context);
  }

  #write(text: string, url: Url, { files, cwd, stdout }: CommandContext): void {
    const name = this.output ?? (this.options.remoteName ? url.path.slice(url.path.lastIndexOf('/') + 1) : undefined);
    if (name === undefined || name === '-') stdout(text);
    else if (name !== '/dev/null') files.write(name.startsWith('/') ? name : `${cwd === '/' ? '' : cwd}/${name}`, text);
  }

  #say(line: string): void {
    if (this.options.verbose) this.context.stderr(`${line}\n`);
  }
}

/** A transfer that ended with an error, and what `-w` may still tell of it. */
class FailedTransfer extends CurlError {
  constructor(
    cause: CurlError,
    readonly transfer: Transfer,
  ) {
    super(cause.exitCode, cause.message);
  }
}

const redirectOf = (response: Response): string | undefined =>
  [301, 302, 303, 307, 308].includes(response.status) ? headerValue(response, 'location') : undefined;

const moreAbout = (exitCode: number): string =>
  exitCode !== 60
    ? ''
    : 'More details here: https://curl.se/docs/sslcerts.html\n\n' +
      'curl failed to verify the legitimacy of the server and therefore could not\n' +
      'establish a secure connection to it. To learn more about this situation and\n' +
      'how to fix it, please visit the web page mentioned above.\n';
