import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findChapter, type Step } from '@svclab/labs';

const docs = path.resolve(import.meta.dirname, '..');
const FOLDERS = { en: 'guide', ko: 'i18n/ko/docusaurus-plugin-content-docs/current' } as const;

export type Language = keyof typeof FOLDERS;

/** One part of a page, as far as both languages must agree on it. */
export type Part =
  | { readonly kind: 'heading'; readonly level: number; readonly id: string | undefined; readonly text: string }
  | { readonly kind: 'component'; readonly name: string; readonly attributes: Readonly<Record<string, string>> }
  | { readonly kind: 'paragraph'; readonly text: string };

export interface GuidePage {
  readonly file: string;
  readonly frontMatter: Readonly<Record<string, string>>;
  readonly parts: readonly Part[];
}

export const pageFiles = (language: Language): string[] =>
  readdirSync(path.join(docs, FOLDERS[language]), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.mdx'))
    .toSorted();

export const readPage = (language: Language, file: string): GuidePage =>
  parsePage(file, readFileSync(path.join(docs, FOLDERS[language], file), 'utf8'));

/** The pages' own plain form of MDX: blocks between blank lines, each a heading, a component or a paragraph. */
export function parsePage(file: string, text: string): GuidePage {
  const [, head = '', body = ''] = /^---\n([^]*?)\n---\n([^]*)$/.exec(text) ?? [];
  const frontMatter = Object.fromEntries(
    head.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const parts = body
    .split(/\n{2,}/)
    .map((block) => block.trim())
    .filter((block) => block && !block.startsWith('import '))
    .map(parsePart);
  return { file, frontMatter, parts };
}

function parsePart(block: string): Part {
  const heading = /^(#+) (.*?)(?: \{\/\* #(\S+) \*\/\})?$/.exec(block);
  if (heading) return { kind: 'heading', level: heading[1]!.length, id: heading[3], text: heading[2]! };
  const component = /^<(\/?[A-Z]\w*)([^>]*)>/.exec(block);
  if (component) return { kind: 'component', name: component[1]!, attributes: attributesOf(component[2]!) };
  return { kind: 'paragraph', text: block };
}

const attributesOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/(\w+)=(?:"([^"]*)"|\{`([^`]*)`\}|\{([^}]*)\})/g)].map(([, name, ...values]) => [name!, values.find(Boolean) ?? '']),
  );

/** What a page runs, in its order. A block that stands in no chapter's data carries its command itself. */
export const blocksOf = ({ parts }: GuidePage): Step[] =>
  parts.flatMap((part): Step[] => {
    if (part.kind !== 'component') return [];
    const { chapter, id, command, at } = part.attributes;
    if (part.name === 'Step') return [findChapter(chapter!)!.steps.find((step) => step.id === id)!];
    if (part.name === 'RunBlock') return [{ id: id!, command: command!, ...(at ? { at } : {}) }];
    return [];
  });
