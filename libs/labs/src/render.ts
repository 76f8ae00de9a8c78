import type { Message, Texts } from './types.js';

/** A message as a sentence. A key or parameter that is missing is a fault of the chapter: it throws. */
export function render(texts: Texts, { key, params }: Message): string {
  const text = texts[key];
  if (text === undefined) throw new RangeError(`no text ${key}`);
  return text.replace(/\{([a-z]+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new RangeError(`text ${key} wants a parameter ${name}`);
    return String(value);
  });
}

/** A probability as kube-proxy means it: one of so many, where it is that; else in percent. */
export function share(probability: number): string {
  const parts = Math.round(1 / probability);
  return Math.abs(parts * probability - 1) < 1e-6 ? (parts === 1 ? '1' : `1/${parts}`) : `${Math.round(probability * 100)} %`;
}
