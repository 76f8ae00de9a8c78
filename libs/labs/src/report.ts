import { render } from './render.js';
import type { Chapter, ConditionStatus, Evaluation, Language } from './types.js';

/** An evaluation for people, in one language. */
export interface CheckReport {
  readonly chapter: string;
  readonly seq: number;
  readonly language: Language;
  readonly passed: boolean;
  readonly checks: readonly {
    readonly id: string;
    readonly title: string;
    readonly passed: boolean;
    readonly conditions: readonly {
      readonly id: string;
      readonly text: string;
      readonly status: ConditionStatus;
      /** `reason` is the same in all languages: learners who are stuck alike can be found by it. */
      readonly found?: { readonly reason: string; readonly text: string };
    }[];
  }[];
}

export function report(chapter: Chapter, { checks, ...evaluation }: Evaluation, language: Language): CheckReport {
  const texts = chapter.texts[language];
  const say = (key: string): string => render(texts, { key, params: {} });
  return {
    ...evaluation,
    language,
    checks: checks.map(({ id, passed, conditions }) => ({
      id,
      title: say(`${id}.title`),
      passed,
      conditions: conditions.map((condition) => ({
        id: condition.id,
        text: say(`${id}.${condition.id}`),
        status: condition.status,
        ...(condition.found ? { found: { reason: condition.found.key, text: render(texts, condition.found) } } : {}),
      })),
    })),
  };
}
