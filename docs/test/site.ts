import { readdirSync } from 'node:fs';
import path from 'node:path';

export const DOCS = path.resolve(import.meta.dirname, '..');
export const BUILD = path.join(DOCS, 'build');

/** Where each built page stands, Korean ones too: `/`, `/guide/clusterip`, `/ko/simulated`. */
export function builtPages(): string[] {
  return readdirSync(BUILD, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.html'))
    .map((file) => `/${file.split(path.sep).join('/')}`.replace(/index\.html$|\.html$/, ''))
    .toSorted();
}
