import { createHash } from 'node:crypto';

const INLINE_SCRIPT = /<script(?![^>]*\ssrc=)([^>]*)>([\s\S]*?)<\/script>/g;

/**
 * A policy under which the given pages work and nothing else does: no request leaves the server, no script runs but its own
 * files and the few inline ones that the pages were built with (Docusaurus sets the colour theme before the first paint),
 * each known by its hash.
 */
export function contentSecurityPolicy(pages: Iterable<string>): string {
  const hashes = new Set<string>();
  for (const page of pages) {
    for (const [, attributes, code] of page.matchAll(INLINE_SCRIPT)) {
      if (!/\btype="(?!module|text\/javascript)/.test(attributes!))
        hashes.add(`'sha256-${createHash('sha256').update(code!).digest('base64')}'`);
    }
  }
  return [
    "default-src 'self'",
    `script-src ${["'self'", ...[...hashes].toSorted()].join(' ')}`,
    // React writes style attributes into the pages that it renders ahead.
    "style-src 'self' 'unsafe-inline'",
    // Infima's arrows and carets are data URLs.
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
