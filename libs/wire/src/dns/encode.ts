import type { DnsMessage, DnsRecord, Edns } from './message.js';
import { DNS_RCODES, dnsTypeNumber } from './message.js';
import { absoluteName, dnsLabels } from './name.js';

const CLASS_IN = 1;
const OPT = 41;
const COOKIE_OPTION = 10;
const MAX_POINTER = 0x3fff;

/** Bytes of a message that is being written, one character (0 … 255) each. */
class MessageWriter {
  bytes = '';
  /** Where each name already stands, when names are compressed (RFC 1035, section 4.1.4). */
  readonly #names: Map<string, number> | undefined;

  constructor(compress: boolean) {
    this.#names = compress ? new Map() : undefined;
  }

  u8(value: number): void {
    this.bytes += String.fromCharCode(value & 255);
  }

  u16(value: number): void {
    this.u8(value >>> 8);
    this.u8(value);
  }

  u32(value: number): void {
    this.u16(value >>> 16);
    this.u16(value);
  }

  text(text: string): void {
    this.u8(text.length);
    this.bytes += text;
  }

  name(name: string): void {
    const labels = dnsLabels(name);
    for (const [i, label] of labels.entries()) {
      const rest = labels.slice(i).join('.');
      const known = this.#names?.get(rest);
      if (known !== undefined) return this.u16(0xc000 | known);
      if (this.bytes.length <= MAX_POINTER) this.#names?.set(rest, this.bytes.length);
      this.text(label);
    }
    this.u8(0);
  }

  /** What `write` writes, after its length in two bytes. */
  counted(write: () => void): void {
    const start = this.bytes.length;
    this.u16(0);
    write();
    const length = this.bytes.length - start - 2;
    this.bytes = this.bytes.slice(0, start) + String.fromCharCode(length >>> 8, length & 255) + this.bytes.slice(start + 2);
  }

  record(record: DnsRecord): void {
    this.name(record.name);
    this.u16(dnsTypeNumber(record.type)!);
    this.u16(CLASS_IN);
    this.u32(record.ttl);
    this.counted(() => this.#data(record));
  }

  edns({ udpSize, dnssecOk, cookie }: Edns): void {
    this.name('.');
    this.u16(OPT);
    this.u16(udpSize);
    this.u32(dnssecOk ? 0x8000 : 0);
    this.counted(() => {
      if (cookie === undefined) return;
      this.u16(COOKIE_OPTION);
      this.counted(() => {
        for (let i = 0; i + 1 < cookie.length; i += 2) this.u8(parseInt(cookie.slice(i, i + 2), 16));
      });
    });
  }

  #data(record: DnsRecord): void {
    switch (record.type) {
      case 'A':
        return this.u32(record.address);
      case 'AAAA':
        return record.address.forEach((word) => this.u32(word));
      case 'SRV':
        for (const value of [record.priority, record.weight, record.port]) this.u16(value);
        return this.name(record.target);
      case 'TXT':
        return record.texts.forEach((text) => this.text(text));
      case 'SOA':
        this.name(record.primary);
        this.name(record.mailbox);
        for (const value of [record.serial, record.refresh, record.retry, record.expire, record.minimum]) this.u32(value);
        return;
      default:
        return this.name(record.target);
    }
  }
}

/** The message as it travels in one UDP datagram: a string of bytes, one character (0 … 255) each. */
export function encodeDns(message: DnsMessage, options: { readonly compress?: boolean } = {}): string {
  const { questions, answers, authorities, additionals, edns } = message;
  const writer = new MessageWriter(options.compress ?? false);
  writer.u16(message.id);
  writer.u16(flagsOf(message));
  for (const count of [questions.length, answers.length, authorities.length, additionals.length + (edns ? 1 : 0)]) writer.u16(count);
  for (const { name, type } of questions) {
    writer.name(absoluteName(name));
    writer.u16(dnsTypeNumber(type)!);
    writer.u16(CLASS_IN);
  }
  for (const record of [...answers, ...authorities, ...additionals]) writer.record(record);
  if (edns) writer.edns(edns);
  return writer.bytes;
}

const flagsOf = (message: DnsMessage): number =>
  (message.isResponse ? 0x8000 : 0) |
  (message.opcode << 11) |
  (message.authoritative ? 0x0400 : 0) |
  (message.truncated ? 0x0200 : 0) |
  (message.recursionDesired ? 0x0100 : 0) |
  (message.recursionAvailable ? 0x0080 : 0) |
  (message.authenticatedData ? 0x0020 : 0) |
  (message.checkingDisabled ? 0x0010 : 0) |
  DNS_RCODES.indexOf(message.rcode);

/** On a TCP connection each message follows its length (RFC 1035, section 4.2.2). */
export const framedForTcp = (bytes: string): string => String.fromCharCode(bytes.length >>> 8, bytes.length & 255) + bytes;

/** The first message of a TCP stream; `undefined` while it is not complete. */
export function unframedFromTcp(stream: string): string | undefined {
  if (stream.length < 2) return undefined;
  const length = stream.charCodeAt(0) * 256 + stream.charCodeAt(1);
  return stream.length < length + 2 ? undefined : stream.slice(2, length + 2);
}
