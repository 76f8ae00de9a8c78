import { readFileSync } from 'node:fs';

interface Sentence {
  readonly id: string;
  readonly message: string;
}

const KOREAN = JSON.parse(readFileSync(new URL('../../../../i18n/ko/code.json', import.meta.url), 'utf8')) as Record<
  string,
  { message: string }
>;

let language: 'en' | 'ko' = 'en';

/** The language that {@link translateModule} answers in from now on. */
export function speak(next: 'en' | 'ko'): void {
  language = next;
}

/** `@docusaurus/Translate` outside a site: English from the call, Korean from the site's own file. */
export const translateModule = {
  translate({ id, message }: Sentence, values: Readonly<Record<string, string | number>> = {}): string {
    const text = language === 'ko' ? KOREAN[id]!.message : message;
    return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
  },
};
