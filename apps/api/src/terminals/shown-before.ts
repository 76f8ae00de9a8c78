import type { SandboxHost } from '../engine/sandbox-host.js';

export interface Shown {
  readonly text: string;
  /** Bytes shown since the terminal was opened, with these. */
  readonly offset: number;
}

const PAGE = 100;

/** Text told again at most: a screen's scrollback and more. */
const MAX_TOLD = 2 ** 20;

/** What a terminal has shown after `offset`, from its entries, oldest first. */
export async function shownAfter(host: SandboxHost, sandboxId: string, terminalId: string, offset: number): Promise<Shown[]> {
  const shown: Shown[] = [];
  let told = 0;
  for (let beforeSeq: number | undefined; ;) {
    const entries = await host.listEntries(sandboxId, { beforeSeq, order: 'newest', limit: PAGE });
    for (const { input, answer, transcript, kind } of entries) {
      if ((input as { terminalId?: string }).terminalId !== terminalId) continue;
      if ((answer.offset as number) <= offset || told > MAX_TOLD) return shown.toReversed();
      const text = transcript?.stdout ?? '';
      if (text !== '') shown.push({ text, offset: answer.offset as number });
      told += text.length;
      if (kind === 'terminal.open') return shown.toReversed();
    }
    if (entries.length < PAGE) return shown.toReversed();
    beforeSeq = entries.at(-1)!.seq;
  }
}
