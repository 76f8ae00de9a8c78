import { newIdempotencyKey } from '@svclab/client';
import type { PageStorage } from './page-storage.js';

/** How long a tab leads without saying so again: a closed or frozen one is replaced after that. */
const LEASE_MS = 3000;
const RENEW_MS = 1000;

interface Lease {
  readonly tab: string;
  readonly untilMs: number;
}

/** The same over reloads of a tab, another in every other tab. */
export function tabName(): string {
  try {
    const known = sessionStorage.getItem('svclab:tab');
    if (known !== null) return known;
    const name = newIdempotencyKey();
    sessionStorage.setItem('svclab:tab', name);
    return name;
  } catch {
    return 'the only one';
  }
}

/** Who leads, given the lease as it stands: `tab` itself where nobody else does. */
export function mayLead(lease: Lease | undefined, tab: string, nowMs: number): boolean {
  return lease === undefined || lease.tab === tab || lease.untilMs <= nowMs;
}

/**
 * The tabs of one page. One of them leads: it alone holds the event stream, and tells the others what comes. (Web Locks
 * would do, but a page over plain http has none.)
 */
export class Tabs<Message> {
  readonly #tab = tabName();
  readonly #channel: BroadcastChannel | undefined;
  readonly #timer: ReturnType<typeof setInterval>;
  #leads = false;

  constructor(
    scope: string,
    private readonly storage: PageStorage,
    private readonly on: { readonly message: (message: Message) => void; readonly lead: (leads: boolean) => void },
  ) {
    this.#channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(`svclab:${scope}`);
    this.#channel?.addEventListener('message', ({ data }) => this.on.message(data as Message));
    this.#timer = setInterval(() => this.#renew(), RENEW_MS);
    window.addEventListener('pagehide', this.#release);
    this.#renew();
  }

  /** To all other tabs. */
  tell(message: Message): void {
    this.#channel?.postMessage(message);
  }

  close(): void {
    clearInterval(this.#timer);
    window.removeEventListener('pagehide', this.#release);
    this.#release();
    this.#channel?.close();
  }

  #renew(): void {
    const leads = mayLead(this.storage.read<Lease>('lead'), this.#tab, Date.now());
    if (leads) this.storage.write('lead', { tab: this.#tab, untilMs: Date.now() + LEASE_MS });
    if (leads !== this.#leads) this.on.lead((this.#leads = leads));
  }

  readonly #release = (): void => {
    if (!this.#leads) return;
    this.#leads = false;
    this.storage.write('lead', undefined);
    this.on.lead(false);
  };
}
