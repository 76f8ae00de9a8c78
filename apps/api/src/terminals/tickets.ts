import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';

const LIFETIME_MS = 60_000;

/** Most tickets that wait to be used; the oldest go first. */
const MAX_TICKETS = 10_000;

/** Each opens one thing once: a browser cannot send a token with a WebSocket, and a token has no place in an address. */
@Injectable()
export class Tickets {
  readonly #open = new Map<string, { readonly subject: string; readonly untilMs: number }>();

  issue(subject: string): string {
    const nowMs = Date.now();
    for (const [ticket, { untilMs }] of this.#open) {
      if (untilMs > nowMs && this.#open.size < MAX_TICKETS) break;
      this.#open.delete(ticket);
    }
    const ticket = randomBytes(24).toString('base64url');
    this.#open.set(ticket, { subject, untilMs: nowMs + LIFETIME_MS });
    return ticket;
  }

  /** Whether the ticket opens this; it is used up in any case. */
  redeem(ticket: string, subject: string): boolean {
    const found = this.#open.get(ticket);
    this.#open.delete(ticket);
    return found !== undefined && found.subject === subject && found.untilMs > Date.now();
  }
}
