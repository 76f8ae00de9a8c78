import { err, ok, type Result } from '@svclab/sim';
import { DNS_RCODES, dnsTypeName, type DnsMessage, type DnsQuestion, type DnsRecord, type Edns } from './message.js';

const OPT = 41;
const COOKIE_OPTION = 10;
/** More pointers than a name can have labels: a loop. */
const MAX_JUMPS = 127;

/** What a record of a message is to this reader: one it knows, the OPT pseudo-record, or one it skips. */
type Entry = { readonly record: DnsRecord } | { readonly edns: Edns } | undefined;

/** Thrown inside this file alone. */
class Malformed extends Error {}

class MessageReader {
  #at = 0;

  constructor(private readonly bytes: string) {}

  u8(): number {
    if (this.#at >= this.bytes.length) throw new Malformed('message ends too early');
    return this.bytes.charCodeAt(this.#at++);
  }

  u16(): number {
    return this.u8() * 256 + this.u8();
  }

  u32(): number {
    return this.u16() * 0x10000 + this.u16();
  }

  text(length: number): string {
    if (this.#at + length > this.bytes.length) throw new Malformed('message ends too early');
    this.#at += length;
    return this.bytes.slice(this.#at - length, this.#at);
  }

  name(): string {
    let name = '';
    let resume: number | undefined;
    for (let jumps = 0; ;) {
      const length = this.u8();
      if (length === 0) break;
      if (length >= 0xc0) {
        if (++jumps > MAX_JUMPS) throw new Malformed('names point in a circle');
        const target = (length & 0x3f) * 256 + this.u8();
        resume ??= this.#at;
        this.#at = target;
      } else if (length > 63) throw new Malformed('a label of an unknown kind');
      else name += `${this.text(length)}.`;
    }
    if (resume !== undefined) this.#at = resume;
    return name || '.';
  }

  question(): DnsQuestion {
    const name = this.name();
    const type = dnsTypeName(this.u16());
    this.u16();
    return { name, type };
  }

  entry(): Entry {
    const name = this.name();
    const type = this.u16();
    const classOrSize = this.u16();
    const ttl = this.u32();
    const end = this.u16() + this.#at;
    if (end > this.bytes.length) throw new Malformed('a record ends after its message');
    const entry = type === OPT ? { edns: this.#edns(classOrSize, ttl, end) } : this.#record({ name, ttl }, dnsTypeName(type), end);
    this.#at = end;
    return entry;
  }

  #edns(udpSize: number, flags: number, end: number): Edns {
    let cookie: string | undefined;
    while (this.#at < end) {
      const option = this.u16();
      const value = this.text(this.u16());
      if (option === COOKIE_OPTION) cookie = [...value].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
    }
    return { udpSize, ...(flags & 0x8000 && { dnssecOk: true }), ...(cookie !== undefined && { cookie }) };
  }

  #record(head: { readonly name: string; readonly ttl: number }, type: string, end: number): Entry {
    switch (type) {
      case 'A':
        return { record: { ...head, type, address: this.u32() } };
      case 'AAAA':
        return { record: { ...head, type, address: [this.u32(), this.u32(), this.u32(), this.u32()] } };
      case 'CNAME':
      case 'NS':
      case 'PTR':
        return { record: { ...head, type, target: this.name() } };
      case 'SRV':
        return { record: { ...head, type, priority: this.u16(), weight: this.u16(), port: this.u16(), target: this.name() } };
      case 'TXT': {
        const texts: string[] = [];
        while (this.#at < end) texts.push(this.text(this.u8()));
        return { record: { ...head, type, texts } };
      }
      case 'SOA': {
        const [primary, mailbox] = [this.name(), this.name()];
        const [serial, refresh, retry] = [this.u32(), this.u32(), this.u32()];
        return { record: { ...head, type, primary, mailbox, serial, refresh, retry, expire: this.u32(), minimum: this.u32() } };
      }
      default:
        return undefined;
    }
  }
}

/** Reads what {@link encodeDns} writes; the error says what is wrong with the bytes. Records of unknown types are left out. */
export function decodeDns(bytes: string): Result<DnsMessage, string> {
  try {
    return readMessage(new MessageReader(bytes));
  } catch (error) {
    if (error instanceof Malformed) return err(error.message);
    throw error;
  }
}

function readMessage(reader: MessageReader): Result<DnsMessage, string> {
  const id = reader.u16();
  const flags = reader.u16();
  const counts = [reader.u16(), reader.u16(), reader.u16(), reader.u16()] as const;
  const rcode = DNS_RCODES[flags & 15];
  if (!rcode) return err(`unknown RCODE ${flags & 15}`);
  const questions = Array.from({ length: counts[0] }, () => reader.question());
  let edns: Edns | undefined;
  const section = (count: number): DnsRecord[] => {
    const records: DnsRecord[] = [];
    for (let i = 0; i < count; i++) {
      const entry = reader.entry();
      if (entry && 'record' in entry) records.push(entry.record);
      else if (entry) edns = entry.edns;
    }
    return records;
  };
  const [answers, authorities, additionals] = [section(counts[1]), section(counts[2]), section(counts[3])];
  const bit = (mask: number): boolean => (flags & mask) !== 0;
  return ok({
    id,
    isResponse: bit(0x8000),
    opcode: (flags >>> 11) & 15,
    authoritative: bit(0x0400),
    truncated: bit(0x0200),
    recursionDesired: bit(0x0100),
    recursionAvailable: bit(0x0080),
    authenticatedData: bit(0x0020),
    checkingDisabled: bit(0x0010),
    rcode,
    questions,
    answers,
    authorities,
    additionals,
    ...(edns && { edns }),
  });
}
