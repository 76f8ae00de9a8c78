import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fits, PLANTED_FAULTS } from './planted-faults.js';

const LIBS = path.join(import.meta.dirname, '../../..');

test.each(PLANTED_FAULTS.map((fault) => [fault.name, fault] as const))('the fault "%s" can be planted', (_name, fault) => {
  const text = readFileSync(path.join(LIBS, fault.file), 'utf8');
  expect(fits(text, fault)).toBe(true);
  expect(text.replace(fault.source, () => fault.fault)).not.toBe(text);
});
