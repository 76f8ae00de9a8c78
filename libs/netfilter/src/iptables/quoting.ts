/** As `xtables_save_string` writes a word so that iptables-restore reads it back. */
export function quote(text: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(text)) return text;
  return `"${text.replace(/["'\\]/g, '\\$&')}"`;
}

/**
 * Splits a line of iptables-restore into words (xshared.c, `add_param_to_argv`): double
 * quotes hold a word together, a backslash inside them keeps the next character.
 */
export function splitWords(line: string): string[] {
  if (!line.includes('"')) return line.split(/[ \t]+/).filter((word) => word !== '');
  const words: string[] = [];
  let word = '';
  let started = false;
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!;
    if (quoted && character === '\\' && i + 1 < line.length) word += line[++i]!;
    else if (character === '"') {
      quoted = !quoted;
      started = true;
    } else if (!quoted && (character === ' ' || character === '\t')) {
      if (started) words.push(word);
      word = '';
      started = false;
    } else {
      word += character;
      started = true;
    }
  }
  if (started) words.push(word);
  return words;
}
