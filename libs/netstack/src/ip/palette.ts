import { formatAddress, isIpv4, type Address } from '@svclab/wire';

const CODES = { ifname: 36, mac: 33, inet: 35, inet6: 34, up: 32, down: 31 } as const;

/** Colours of `ip -c` (iproute2 lib/color.c). The blank that follows a coloured word is inside the colour. */
export class Palette {
  constructor(private readonly on: boolean) {}

  paint(what: keyof typeof CODES, text: string): string {
    return this.on ? `\x1b[${CODES[what]}m${text}\x1b[0m` : text;
  }

  address(address: Address, after = ''): string {
    return this.paint(isIpv4(address) ? 'inet' : 'inet6', formatAddress(address) + after);
  }

  state(text: string, after: string): string {
    return text === 'UP' ? this.paint('up', text + after) : text === 'DOWN' ? this.paint('down', text + after) : text + after;
  }
}
