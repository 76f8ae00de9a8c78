import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { readSimplifications, simplificationsIn } from './simplifications.js';

const ROOT = path.resolve(import.meta.dirname, '../../..');

describe('simplifications', () => {
  it('are found in each form of comment', () => {
    const source = [
      'const a = 1; // Simplification: not this one, it stands behind code.',
      '// Simplification: one line.',
      '  /** Simplification: a docstring of one line. */',
      '/**',
      ' * What the thing is.',
      ' * Simplification: a sentence that goes on',
      ' * in the next line.',
      ' */',
      '// Simplification: `code` comes first. And a second sentence.',
      '// Another comment.',
    ].join('\n');
    expect(simplificationsIn(source)).toEqual([
      { line: 2, sentence: 'One line.' },
      { line: 3, sentence: 'A docstring of one line.' },
      { line: 6, sentence: 'A sentence that goes on in the next line.' },
      { line: 9, sentence: '`code` comes first. And a second sentence.' },
    ]);
  });

  it('of the whole project are listed, each as a sentence of its own', () => {
    const listed = readSimplifications(ROOT);
    const marked = execFileSync(
      'git',
      ['grep', '--untracked', '-cE', '^\\s*(//|/\\*\\*?|\\*) Simplification: ', '--', 'libs/*/src/*.ts', 'apps/*/src/*.ts', ':!*.spec.ts'],
      {
        cwd: ROOT,
        encoding: 'utf8',
      },
    );
    const count = marked
      .trim()
      .split('\n')
      .reduce((sum, line) => sum + Number(line.split(':').at(-1)), 0);
    expect(count).toBeGreaterThan(50);
    expect(listed).toHaveLength(count);
    expect(listed.filter(({ sentence }) => !/^\S.{10,}[.!?]$/.test(sentence))).toEqual([]);
    expect(listed.filter(({ sentence }) => sentence.split('`').length % 2 === 0)).toEqual([]);
  });
});
