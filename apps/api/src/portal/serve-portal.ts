import path from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { contentSecurityPolicy } from './content-security-policy.js';
import { LANDING_PAGE } from './landing-page.js';
import { type PortalFile, PortalFiles } from './portal-files.js';

const BUILD = path.resolve(import.meta.dirname, '../../../../docs/build');

const IMMUTABLE = 'public, max-age=31536000, immutable';
/** Kept, but asked about each time: a page names the hashed files of its own build. */
const REVALIDATED = 'no-cache';

/** Serves the built portal at every path that no route of the API claims; a plain page at `/` where none has been built. */
export function servePortal(fastify: FastifyInstance, folder: string = BUILD): void {
  const files = PortalFiles.read(folder);
  if (!files) {
    fastify.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(LANDING_PAGE));
    return;
  }
  const policy = contentSecurityPolicy(files.pages.map(({ body }) => body.toString()));

  const send = (request: FastifyRequest, reply: FastifyReply, file: PortalFile): FastifyReply => {
    reply.header('ETag', file.etag).header('Cache-Control', file.isHashed ? IMMUTABLE : REVALIDATED);
    if (file.name.endsWith('.html')) reply.header('Content-Security-Policy', policy);
    if (request.headers['if-none-match']?.includes(file.etag)) return reply.status(304).send();
    reply.type(file.type).header('Vary', 'Accept-Encoding');
    const gzipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '') ? file.gzipped : undefined;
    if (gzipped) reply.header('Content-Encoding', 'gzip');
    return reply.send(gzipped ?? file.body);
  };

  fastify.get('/*', (request, reply) => {
    const [pathname, query] = splitUrl(request.url);
    const found = files.find(pathname);
    if (found && 'movedTo' in found) return reply.redirect(encodeURI(found.movedTo) + query, 308);
    if (found) return send(request, reply, found);
    const page = wantsPage(request, pathname) ? files.notFoundPage(pathname) : undefined;
    if (!page) return reply.callNotFound();
    return send(request, reply.status(404), page);
  });
}

/** A browser that was led astray; programs that call the API get its problem document instead. */
const wantsPage = (request: FastifyRequest, pathname: string): boolean =>
  !pathname.startsWith('/api/') && /\btext\/html\b/.test(request.headers.accept ?? '');

/** The decoded path and the query with its `?`. A path that cannot be decoded stays as it is: nothing stands there. */
function splitUrl(url: string): [pathname: string, query: string] {
  const at = url.indexOf('?');
  const raw = at < 0 ? url : url.slice(0, at);
  const query = at < 0 ? '' : url.slice(at);
  try {
    return [decodeURIComponent(raw), query];
  } catch {
    return [raw, query];
  }
}
